import { describe, expect, it } from "vitest";
import { unknown } from "../../src/model/learned.ts";
import { baseIptables, kubeProxyNft, match, nftTable } from "./base-rules.ts";
import {
  addRule,
  type Cluster,
  cluster,
  dropRoute,
  fdb,
  flow,
  link,
  linkOf,
  nodeEnd,
  nodeOf,
  onlyWalk,
  permanent,
  podEnd,
  podOf,
  route,
  rule,
  type Shape,
  serviceEnd,
  sliceOf,
  socket,
  takeDown,
  walk,
} from "./world-builder.ts";

const OUTSIDE = { kind: "IP", ip: "198.51.100.10" } as const;
const across = (world: Cluster) => flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)));
const within = (world: Cluster) => flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 1, 1)));

function stopOf(shape: Shape, change: (world: Cluster) => void, way = across, nodes = 2) {
  const world = cluster(shape, nodes);
  change(world);
  const { verdict, direction, stop, evidence, unknown: why } = onlyWalk(world, way(world));
  expect(verdict === "stopped" ? evidence.length : 1).toBeGreaterThan(0);
  return { verdict, direction, stop, evidence, why };
}

describe("dropped-by-rule", () => {
  it("names backend, table, chain, number and text of the rule", () => {
    const rule = "-d 10.244.2.0/24 -p tcp -m tcp --dport 8080 -j DROP";
    const found = stopOf("vxlan", (world) => addRule(nodeOf(world, 1), "raw", `-A PREROUTING ${rule}`));
    expect(found.stop).toMatchObject({
      kind: "dropped-by-rule",
      node: "node1",
      pod: null,
      backend: "iptables",
      table: "raw",
    });
    expect(found.stop).toMatchObject({ hook: "PREROUTING", chain: "PREROUTING", rule: 1, text: rule, layer: "inner" });
    expect(found.evidence[0]).toEqual({
      source: "node/node1/iptables-nft",
      where: "raw PREROUTING rule 1",
      value: rule,
    });
  });
  it("is not raised by the same rule for another port", () => {
    const found = stopOf("vxlan", (world) =>
      addRule(nodeOf(world, 1), "raw", "-A PREROUTING -p tcp -m tcp --dport 8081 -j DROP"),
    );
    expect(found.verdict).toBe("passes");
  });
  it("names the encapsulated packet when its port is dropped on the other Node", () => {
    const found = stopOf("vxlan", (world) =>
      addRule(nodeOf(world, 2), "filter", "-A INPUT -p udp -m udp --dport 8472 -j DROP"),
    );
    expect(found.stop).toMatchObject({ node: "node2", layer: "outer", outer: { protocol: "udp", port: 8472 } });
    expect(found.direction).toBe("forward");
  });
  it("finds what drops only the reply's tunnel", () => {
    const found = stopOf("vxlan", (world) =>
      addRule(nodeOf(world, 1), "filter", "-A INPUT -p udp -m udp --dport 8472 -j DROP"),
    );
    expect(found).toMatchObject({ verdict: "stopped", direction: "reply", stop: { node: "node1", layer: "outer" } });
  });
  it("names a chain's policy with rule null", () => {
    const found = stopOf("routes", (world) => {
      const node = nodeOf(world, 2);
      node.iptables = node.iptables.replace(
        ":FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:KUBE",
        ":FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:KUBE",
      );
    });
    expect(found.stop).toMatchObject({
      kind: "dropped-by-rule",
      node: "node2",
      chain: "FORWARD",
      rule: null,
      text: "policy DROP",
    });
    expect(found.evidence[0]).toMatchObject({ where: "filter FORWARD policy", value: "DROP" });
  });
  it("does not blame a drop policy behind a rule that accepts", () => {
    const found = stopOf("routes", (world) => {
      for (const node of world.nodes) {
        node.iptables = node.iptables.replace(
          ":FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:KUBE",
          ":FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:KUBE",
        );
        addRule(node, "filter", "-A FORWARD -s 10.244.0.0/16 -j ACCEPT");
        addRule(node, "filter", "-A FORWARD -d 10.244.0.0/16 -j ACCEPT");
      }
    });
    expect(found.verdict).toBe("passes");
  });
  it("tells a rejection from a drop", () => {
    const found = stopOf("routes", (world) =>
      addRule(nodeOf(world, 2), "filter", "-A FORWARD -i eth0 -o cni0 -j REJECT --reject-with icmp-port-unreachable"),
    );
    expect(found.stop).toMatchObject({ rejects: true });
  });
  it("names the Pod whose own namespace drops", () => {
    const found = stopOf("routes", (world) => {
      podOf(world, 2).iptables = "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
    });
    expect(found.stop).toMatchObject({ node: "node2", pod: "shop/web-2", chain: "INPUT", rule: null });
  });
  it("sees a table of nftables, whatever its name", () => {
    const drop = [match({ payload: { protocol: "tcp", field: "dport" } }, 8080), { drop: null }];
    const found = stopOf("routes", (world) => {
      nodeOf(world, 2).nft = nftTable("inet", "forward", [drop]);
    });
    expect(found.stop).toMatchObject({
      backend: "nftables",
      table: "inet fw",
      chain: "base",
      rule: 1,
      text: "tcp dport 8080 drop",
    });
    expect(found.evidence[0]).toMatchObject({ source: "node/node2/nft", where: "inet fw base rule 1" });
  });
  it("sees a drop between Pods of one bridge if bridged packets pass the rules", () => {
    const found = stopOf(
      "routes",
      (world) => addRule(nodeOf(world, 1), "filter", "-A FORWARD -p tcp -m tcp --dport 8080 -j DROP"),
      within,
    );
    expect(found.stop).toMatchObject({ kind: "dropped-by-rule", hook: "FORWARD" });
  });
  it("passes the same where bridged packets do not pass them", () => {
    const found = stopOf(
      "routes",
      (world) => {
        nodeOf(world, 1).sysctls.set("net.bridge.bridge-nf-call-iptables", "0");
        addRule(nodeOf(world, 1), "filter", "-A FORWARD -p tcp -m tcp --dport 8080 -j DROP");
      },
      within,
    );
    expect(found.verdict).toBe("passes");
  });
  it("is unknown where that was not read", () => {
    const found = stopOf(
      "routes",
      (world) => {
        nodeOf(world, 1).sysctls.delete("net.bridge.bridge-nf-call-iptables");
        addRule(nodeOf(world, 1), "filter", "-A FORWARD -p tcp -m tcp --dport 8080 -j DROP");
      },
      within,
    );
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("FORWARD rule 2");
  });
});

describe("forwarding-disabled", () => {
  it("is raised by ip_forward 0 and by the device's own switch", () => {
    const name = "net.ipv4.ip_forward";
    const found = stopOf("routes", (world) => nodeOf(world, 1).sysctls.set(name, "0"));
    expect(found.stop).toEqual({ kind: "forwarding-disabled", node: "node1", sysctl: name });
    const own = "net.ipv4.conf.cni0.forwarding";
    expect(stopOf("routes", (world) => nodeOf(world, 1).sysctls.set(own, "0")).stop).toMatchObject({ sysctl: own });
  });
  it("does not touch what the Node itself sends", () => {
    const found = stopOf(
      "routes",
      (world) => nodeOf(world, 1).sysctls.set("net.ipv4.ip_forward", "0"),
      (world) => flow(nodeEnd(nodeOf(world, 1)), podEnd(podOf(world, 2))),
    );
    expect(found.verdict).toBe("passes");
  });
  it("is unknown where it was not read", () => {
    const found = stopOf("routes", (world) => nodeOf(world, 1).sysctls.delete("net.ipv4.ip_forward"));
    expect(found.verdict).toBe("unknown");
  });
});

describe("routes", () => {
  it("raise no-route in a Pod without a default route", () => {
    const found = stopOf("routes", (world) => dropRoute(podOf(world, 1), "0.0.0.0/0"));
    expect(found.stop).toEqual({ kind: "no-route", node: "node1", pod: "shop/web-1", destination: "10.244.2.2" });
  });
  it("raise route-refuses for a blackhole", () => {
    const found = stopOf("routes", (world) => {
      nodeOf(world, 1).routes.push(route("10.244.2.2/32", { type: "blackhole" }));
    });
    expect(found.stop).toMatchObject({ kind: "route-refuses", node: "node1", type: "blackhole" });
  });
  it("raise wrong-route if the other Node's range falls to the default route, where others have a route", () => {
    const found = stopOf("routes", (world) => dropRoute(nodeOf(world, 1), "10.244.2.0/24"));
    expect(found.stop).toMatchObject({ kind: "wrong-route", node: "node1", route: "default via 192.168.0.1 dev eth0" });
    expect(found.stop).toMatchObject({ expected: "Node node2 (192.168.0.12), which has 10.244.2.0/24" });
  });
  it("are unknown where no Node has one: the network may know the way", () => {
    const found = stopOf("no-pod-routes", () => undefined);
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("default via 192.168.0.1");
  });
  it("pass by way of a third Node that knows the way", () => {
    const found = stopOf(
      "routes",
      (world) => {
        dropRoute(nodeOf(world, 1), "10.244.2.0/24");
        nodeOf(world, 1).routes.push(route("10.244.2.0/24", { gateway: "192.168.0.13", device: "eth0" }));
      },
      across,
      3,
    );
    expect(found.verdict).toBe("passes");
  });
  it("raise wrong-route for a loop between two Nodes", () => {
    const found = stopOf(
      "routes",
      (world) => {
        for (const [number, other] of [
          [1, 3],
          [3, 1],
        ] as const) {
          dropRoute(nodeOf(world, number), "10.244.2.0/24");
          nodeOf(world, number).routes.push(route("10.244.2.0/24", { gateway: `192.168.0.1${other}`, device: "eth0" }));
        }
      },
      across,
      3,
    );
    expect(found.stop).toMatchObject({ kind: "wrong-route", node: "node1" });
  });
  it("raise wrong-route if the Node's own bridge swallows the other's range", () => {
    const found = stopOf("routes", (world) => {
      dropRoute(nodeOf(world, 1), "10.244.2.0/24");
      nodeOf(world, 1).routes.push(route("10.244.0.0/16", { device: "cni0" }));
    });
    expect(found.stop).toMatchObject({ kind: "wrong-route", node: "node1", route: "10.244.0.0/16 dev cni0" });
  });
  it("obey policy rules, and are unknown where a rule's selector is", () => {
    const misled = (unmodelled: readonly string[]) => (world: Cluster) => {
      nodeOf(world, 1).rules.push(rule(100, { source: "10.244.1.0/24", table: "7", unmodelled }));
      nodeOf(world, 1).routes.push(route("0.0.0.0/0", { table: "7", type: "prohibit" }));
    };
    expect(stopOf("routes", misled([])).stop).toMatchObject({ kind: "route-refuses", type: "prohibit" });
    expect(stopOf("routes", misled(["uidrange 0-0"])).verdict).toBe("unknown");
  });
});

describe("devices", () => {
  it("raise link-down for a bridge, and for the device that took its routes away with it", () => {
    expect(stopOf("routes", (world) => takeDown(linkOf(nodeOf(world, 1), "cni0"))).stop).toEqual({
      kind: "link-down",
      node: "node1",
      pod: null,
      device: "cni0",
    });
    const far = stopOf("routes", (world) => {
      takeDown(linkOf(nodeOf(world, 2), "cni0"));
      dropRoute(nodeOf(world, 2), "10.244.2.0/24");
    });
    expect(far.stop).toMatchObject({ kind: "link-down", node: "node2", device: "cni0" });
  });
  it("raise link-down for the end of a veth pair that was taken down", () => {
    const found = stopOf("routes", (world) => {
      takeDown(podOf(world, 2).hostLink);
      linkOf(podOf(world, 2), "eth0").operState = "LOWERLAYERDOWN";
    });
    expect(found.stop).toMatchObject({ kind: "link-down", node: "node2", pod: null, device: "veth0" });
  });
  it("raise link-down for a tunnel device whose routes are gone", () => {
    const found = stopOf("vxlan", (world) => {
      takeDown(linkOf(nodeOf(world, 1), "flannel.1"));
      dropRoute(nodeOf(world, 1), "10.244.2.0/24");
    });
    expect(found.stop).toMatchObject({ kind: "link-down", node: "node1", device: "flannel.1" });
  });
  it("raise detached-from-bridge on the way out and on the way in", () => {
    const detach = (number: number) => (world: Cluster) => {
      Object.assign(podOf(world, number).hostLink, { master: null, bridgePort: null });
    };
    const stop = { kind: "detached-from-bridge", device: "veth0", bridge: "cni0", master: null };
    expect(stopOf("routes", detach(1)).stop).toEqual({ ...stop, node: "node1", pod: "shop/web-1" });
    expect(stopOf("routes", detach(2)).stop).toEqual({ ...stop, node: "node2", pod: "shop/web-2" });
  });
  it("raise nothing for unbridged veths whose Pods have host routes", () => {
    expect(stopOf("host-routes", () => undefined).verdict).toBe("passes");
  });
  it("raise packet-too-big where a device on the way is smaller", () => {
    const big = (world: Cluster) =>
      flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)), { protocol: "icmp", port: null, packetBytes: 1450 });
    const found = stopOf(
      "vxlan",
      (world) => {
        linkOf(nodeOf(world, 1), "flannel.1").mtuBytes = 1400;
      },
      big,
    );
    expect(found.stop).toEqual({
      kind: "packet-too-big",
      node: "node1",
      device: "flannel.1",
      mtuBytes: 1400,
      packetBytes: 1450,
    });
    const small = stopOf("vxlan", (world) => {
      linkOf(nodeOf(world, 1), "flannel.1").mtuBytes = 1400;
    });
    expect(small.verdict).toBe("passes");
  });
  it("are in doubt where the outer packet would be fragmented", () => {
    const big = (world: Cluster) =>
      flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)), { protocol: "icmp", port: null, packetBytes: 1450 });
    const found = stopOf(
      "vxlan",
      (world) => {
        linkOf(nodeOf(world, 1), "eth0").mtuBytes = 1480;
      },
      big,
    );
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("fragments");
  });
  it("are unknown behind a master that is no bridge", () => {
    const found = stopOf("routes", (world) => {
      nodeOf(world, 1).links.push(link({ index: 30, name: "ovs-system", kind: "openvswitch" }));
      Object.assign(podOf(world, 1).hostLink, { master: "ovs-system", bridgePort: null });
    });
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("openvswitch");
  });
});

describe("neighbours and tunnels", () => {
  it("raise neighbour-wrong for a permanent entry with another MAC", () => {
    const wrong = (world: Cluster) => {
      podOf(world, 1).neighbours.push(permanent("10.244.1.1", "eth0", "02:00:00:00:00:99"));
    };
    expect(stopOf("routes", wrong).stop).toEqual({
      kind: "neighbour-wrong",
      node: "node1",
      pod: "shop/web-1",
      device: "eth0",
      address: "10.244.1.1",
      has: "02:00:00:00:00:99",
      expected: "02:00:00:00:02:01",
    });
    const right = (world: Cluster) => {
      podOf(world, 1).neighbours.push(permanent("10.244.1.1", "eth0", "02:00:00:00:02:01"));
    };
    expect(stopOf("routes", right).verdict).toBe("passes");
  });
  it("only note a failed entry", () => {
    const failed = { address: "10.244.1.1", device: "eth0", mac: null, state: ["FAILED"] };
    const found = stopOf("routes", (world) => podOf(world, 1).neighbours.push(failed));
    expect(found.verdict).toBe("passes");
    expect(found.evidence).toContainEqual(expect.objectContaining({ value: "no lladdr FAILED" }));
  });
  it("raise tunnel-peer-missing for a wrong or missing neighbour of the tunnel device", () => {
    const wrong = stopOf("vxlan", (world) => {
      nodeOf(world, 1).neighbours = [permanent("10.244.2.0", "flannel.1", "02:00:00:00:00:99")];
    });
    const stop = { kind: "tunnel-peer-missing", node: "node1", device: "flannel.1", peer: "node2", what: "neighbour" };
    expect(wrong.stop).toEqual({ ...stop, has: "02:00:00:00:00:99", expected: "02:00:00:00:03:02" });
    const missing = stopOf("vxlan", (world) => {
      nodeOf(world, 1).neighbours = [];
    });
    expect(missing.stop).toEqual({ ...stop, has: "", expected: "02:00:00:00:03:02" });
  });
  it("raise tunnel-peer-missing for a wrong or missing forwarding entry", () => {
    const stop = { kind: "tunnel-peer-missing", node: "node1", device: "flannel.1", peer: "node2", what: "fdb" };
    const wrong = stopOf("vxlan", (world) => {
      nodeOf(world, 1).fdb = [fdb("02:00:00:00:03:02", "192.168.0.99")];
    });
    expect(wrong.stop).toEqual({ ...stop, has: "192.168.0.99", expected: "192.168.0.12" });
    const missing = stopOf("vxlan", (world) => {
      nodeOf(world, 1).fdb = [];
    });
    expect(missing.stop).toEqual({ ...stop, has: "", expected: "192.168.0.12" });
  });
  it("are unknown where the tunnel learns its peers", () => {
    const found = stopOf("vxlan", (world) => {
      nodeOf(world, 1).fdb = [];
      const flannel = linkOf(nodeOf(world, 1), "flannel.1");
      if (flannel.vxlan !== null) flannel.vxlan = { ...flannel.vxlan, learning: true };
    });
    expect(found.verdict).toBe("unknown");
  });
  it("raise tunnel-peer-missing if the other Node's device has another port", () => {
    const found = stopOf("vxlan", (world) => {
      const flannel = linkOf(nodeOf(world, 2), "flannel.1");
      if (flannel.vxlan !== null) flannel.vxlan = { ...flannel.vxlan, port: 4789 };
    });
    expect(found.stop).toMatchObject({
      kind: "tunnel-peer-missing",
      node: "node2",
      what: "device",
      expected: "VXLAN 1 port 8472",
    });
  });
});

describe("receivers", () => {
  it("raise address-missing if the Pod has lost its address", () => {
    const found = stopOf("routes", (world) => {
      linkOf(podOf(world, 2), "eth0").addresses = [];
    });
    expect(found.stop).toEqual({ kind: "address-missing", node: "node2", pod: "shop/web-2", address: "10.244.2.2" });
  });
  it("raise address-missing if the bridge has lost the Pods' gateway", () => {
    const found = stopOf("routes", (world) => {
      linkOf(nodeOf(world, 1), "cni0").addresses = [];
    });
    expect(found.stop).toEqual({ kind: "address-missing", node: "node1", pod: null, address: "10.244.1.1" });
  });
  it("raise not-listening with the addresses on which the port is bound", () => {
    const bound = (address: string) => (world: Cluster) => {
      podOf(world, 2).sockets = [socket(address, 8080)];
    };
    expect(stopOf("routes", bound("127.0.0.1")).stop).toMatchObject({
      kind: "not-listening",
      pod: "shop/web-2",
      listensOn: ["127.0.0.1"],
    });
    expect(stopOf("routes", bound("10.244.2.2")).verdict).toBe("passes");
    expect(stopOf("routes", bound("::")).verdict).toBe("passes");
  });
  it("raise reverse-path-filtered by a strict filter and another way back", () => {
    const strict = (value: string) => (world: Cluster) => {
      nodeOf(world, 2).sysctls.set("net.ipv4.conf.eth0.rp_filter", value);
      nodeOf(world, 2).links.push(link({ index: 31, name: "eth1", addresses: [] }));
      dropRoute(nodeOf(world, 2), "10.244.1.0/24");
      nodeOf(world, 2).routes.push(route("10.244.1.0/24", { device: "eth1", gateway: "172.16.0.1" }));
    };
    expect(stopOf("routes", strict("1")).stop).toMatchObject({
      kind: "reverse-path-filtered",
      node: "node2",
      device: "eth0",
      source: "10.244.1.2",
    });
    expect(stopOf("routes", strict("2")).stop?.kind).not.toBe("reverse-path-filtered");
  });
});

describe("Services", () => {
  const toService = (world: Cluster) => flow(podEnd(podOf(world, 1, 1)), serviceEnd, { port: 80 });
  const ips = ["10.244.1.2", "10.244.2.2"];

  it("raise no-endpoint if none is ready", () => {
    const found = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 1)], false)];
        for (const node of world.nodes) node.iptables = baseIptables([]);
      },
      toService,
    );
    expect(found.stop).toEqual({ kind: "no-endpoint", service: "shop/web" });
  });
  it("raise no-service-rule if kube-proxy's iptables rules lack it", () => {
    const found = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 2)])];
        nodeOf(world, 1).iptables = baseIptables(ips).replace(/^-A KUBE-SERVICES -d 10.96.0.50.*$/m, "");
      },
      toService,
    );
    expect(found.stop).toEqual({
      kind: "no-service-rule",
      node: "node1",
      service: "shop/web",
      address: "10.96.0.50",
      port: 80,
    });
    expect(found.evidence[0]).toMatchObject({ source: "node/node1/iptables-nft", where: "nat KUBE-SERVICES" });
  });
  it("raise no-service-rule if kube-proxy's nftables map lacks it", () => {
    const found = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 2)])];
        Object.assign(nodeOf(world, 1), { iptables: "", nft: kubeProxyNft(ips, false) });
      },
      toService,
    );
    expect(found.stop).toMatchObject({ kind: "no-service-rule", node: "node1" });
    expect(found.evidence[0]).toMatchObject({ source: "node/node1/nft", where: "ip kube-proxy map service-ips" });
  });
  it("are unknown where no rules of kube-proxy are at all", () => {
    const found = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 2)])];
        nodeOf(world, 1).iptables = "";
      },
      toService,
    );
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("eBPF");
  });
  it("follow the Node's rules where the API has moved on", () => {
    const world = cluster("routes");
    nodeOf(world, 1).iptables = baseIptables(["10.244.2.77"]);
    const one = onlyWalk(world, toService(world));
    expect(one).toMatchObject({
      verdict: "stopped",
      destination: "10.244.2.77",
      stop: { kind: "address-missing", node: "node2" },
    });
  });
  it("raise reply-untranslated on one bridge if bridged packets pass by the rules", () => {
    const same = (value: string) => (world: Cluster) => {
      world.slices = [sliceOf([podOf(world, 1)])];
      for (const node of world.nodes) node.iptables = baseIptables(["10.244.1.2"]);
      nodeOf(world, 1).sysctls.set("net.bridge.bridge-nf-call-iptables", value);
    };
    const found = stopOf("routes", same("0"), toService);
    expect(found.stop).toMatchObject({
      kind: "reply-untranslated",
      pod: "shop/other-1",
      address: "10.244.1.2",
      expected: "10.96.0.50",
    });
    expect(stopOf("routes", same("1"), toService).verdict).toBe("passes");
  });
  it("raise hairpin-disabled for a Pod that reaches itself through its Service", () => {
    const itself = (world: Cluster) => flow(podEnd(podOf(world, 1)), serviceEnd, { port: 80 });
    const hairpin = (on: boolean) => (world: Cluster) => {
      world.slices = [sliceOf([podOf(world, 1)])];
      for (const node of world.nodes) node.iptables = baseIptables(["10.244.1.2"]);
      podOf(world, 1).hostLink.bridgePort = { state: "forwarding", hairpin: on };
    };
    expect(stopOf("routes", hairpin(false), itself).stop).toMatchObject({
      kind: "hairpin-disabled",
      pod: "shop/web-1",
      device: "veth0",
    });
    expect(stopOf("routes", hairpin(true), itself).verdict).toBe("passes");
  });
});

describe("what cannot be read", () => {
  it("makes a walk unknown with the reason", () => {
    const failed = unknown("failed", "exit code 1");
    expect(
      stopOf("routes", (world) => {
        nodeOf(world, 1).unreadable = { iptables: failed };
      }).why,
    ).toContain("iptables rules of Node node1");
    expect(
      stopOf("routes", (world) => {
        nodeOf(world, 1).unreadable = { routes: failed };
      }).why,
    ).toContain("routes of Node node1");
    expect(
      stopOf("routes", (world) => {
        nodeOf(world, 1).unreadable = { netns: failed };
      }).why,
    ).toContain("network namespace of Pod shop/web-1");
    expect(
      stopOf("routes", (world) => {
        world.unread.add("node2");
      }).why,
    ).toContain("no answer in 10 s");
  });
  it("does not hide a stop that is certain either way", () => {
    const found = stopOf("routes", (world) => {
      nodeOf(world, 1).unreadable = { iptables: unknown("failed", "exit code 1") };
      podOf(world, 2).sockets = [];
    });
    expect(found.stop?.kind).toBe("not-listening");
  });
  it("never throws for addresses that are none", () => {
    const world = cluster("routes");
    const [one] = walk(world, flow(podEnd(podOf(world, 1)), { kind: "IP", ip: "not an address" }));
    expect(one?.verdict).toBe("unknown");
    expect(onlyWalk(world, flow(OUTSIDE, { kind: "IP", ip: "203.0.113.1" })).verdict).toBe("unknown");
  });
});
