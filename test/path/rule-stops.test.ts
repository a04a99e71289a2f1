import { describe, expect, it } from "vitest";
import { match, nftTable } from "./base-rules.ts";
import { stopOf, within } from "./stop-of.ts";
import { addRule, nodeOf, podOf } from "./world-builder.ts";

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
  it("passes where br_netfilter is not loaded: none of its sysctls is there", () => {
    const found = stopOf(
      "routes",
      (world) => {
        nodeOf(world, 1).sysctls.delete("net.bridge.bridge-nf-call-iptables");
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
        nodeOf(world, 1).sysctls.set("net.bridge.bridge-nf-call-arptables", "1");
        addRule(nodeOf(world, 1), "filter", "-A FORWARD -p tcp -m tcp --dport 8080 -j DROP");
      },
      within,
    );
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("FORWARD rule 2");
  });
});
