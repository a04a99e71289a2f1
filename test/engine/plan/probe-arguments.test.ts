import { describe, expect, test } from "vitest";
import { planFlows } from "../../../src/engine/plan-flows.ts";
import { probeOrder } from "../../../src/engine/probe-arguments.ts";
import type { Flow, FlowEnd } from "../../../src/model/flow.ts";
import type { Pod } from "../../../src/model/kubernetes.ts";
import { cluster, netns, nodeState, pod, podIp, RUN } from "./plan-input.ts";

const source = pod("shop", "a", "node0", "10.0.0.2");
const states = new Map([["node0", nodeState("node0", [netns(source, false)], [])]]);
const end = (of: Pod): FlowEnd => ({ kind: "Pod", hostNetwork: of.hostNetwork, ip: of.ips[0] ?? "", ...names(of) });
const names = ({ namespace, name, node }: Pod) => ({ namespace, name, node });
const target: FlowEnd = { kind: "IP", ip: "10.0.1.3" };

function flow(different: Partial<Flow> = {}): Flow {
  const fixed = { purpose: "pod-to-pod", protocol: "tcp", port: 8080, packetBytes: null, dns: null } as const;
  return { id: "id", from: end(source), to: target, ...fixed, ...different };
}
const wordsOf = (one: Flow, pods: readonly Pod[] = [source], index = 3) =>
  probeOrder(one, index, pods, states, RUN)?.words ?? null;

describe("a probe's words", () => {
  test("name the network namespace that it starts in, and where it goes", () => {
    expect(wordsOf(flow())).toEqual(["f3", "4711", "4026510002", "tcp", "10.0.1.3", "8080", ""]);
  });

  test("name no namespace for what starts on the Node itself", () => {
    expect(wordsOf(flow({ from: { kind: "Node", name: "node0", ip: "192.168.0.1" } }))?.slice(1, 3)).toEqual([
      "-",
      "-",
    ]);
    const host = pod("kube-system", "proxy", "node0", "192.168.0.1", { hostNetwork: true });
    expect(wordsOf(flow({ from: end(host) }), [host])?.slice(1, 3)).toEqual(["-", "-"]);
  });

  test.each<[string, Partial<Flow>, string, string]>([
    ["a connection to a Pod of the cluster", {}, "tcp", ""],
    ["a connection to our own server", { to: end(pod(RUN, "probe-1", "node1", "10.0.1.3")) }, "ask", ""],
    ["a datagram", { protocol: "udp" }, "udp", ""],
    ["an echo", { protocol: "icmp", port: null }, "icmp", ""],
    ["an echo from a Node", { purpose: "node-to-pod", protocol: "icmp", port: null }, "reach", ""],
    ["a full packet", { purpose: "path-mtu", protocol: "icmp", port: null, packetBytes: 1450 }, "mtu", "1450"],
    ["a query", { purpose: "dns", protocol: "udp", dns: { name: "a.b.", type: "A" } }, "dns", "A a.b."],
    ["a query over TCP", { purpose: "dns", dns: { name: "a.b.", type: "SRV" } }, "dns", "SRV a.b. tcp"],
    ["the root", { purpose: "egress", protocol: "udp", dns: { name: ".", type: "NS" } }, "dns", "NS ."],
  ])("tell what to send: %s", (_, different, kind, extra) => {
    const words = wordsOf(flow(different));
    expect([words?.[3], words?.[6]]).toEqual([kind, extra]);
  });

  test("are none where the Pod, its Node or its network namespace is not known", () => {
    expect(wordsOf(flow(), [])).toBeNull();
    expect(wordsOf(flow(), [{ ...source, uid: "another" }])).toBeNull();
    expect(probeOrder(flow(), 0, [source], new Map(), RUN)).toBeNull();
    expect(wordsOf(flow({ from: target }))).toBeNull();
  });
});

describe("words are data", () => {
  const hostile = ["$(touch x)", "`id`", "; rm -rf /", "a b\nc", "-e", "'\"", "@@nonce\tbegin\tx", "%00", "\u202e"];

  test.each(hostile)("a cluster whose names are %j has them in no word", (name) => {
    const input = cluster({ nodes: 2 });
    const renamed = input.pods.map((one) => ({ ...one, name: `${name}${one.name}`, namespace: name }));
    const nodeStates = input.nodeStates;
    const all = [...renamed, ...input.probePods.values()];
    const flows = planFlows({ ...input, pods: renamed });
    const orders = flows.flatMap((one, index) => probeOrder(one, index, all, nodeStates, RUN) ?? []);
    expect(orders.length).toBeGreaterThan(20);
    for (const { words } of orders) {
      expect(words).toHaveLength(7);
      expect(words.slice(0, 6).join(" ")).toMatch(/^f\d+ (4711 \d+|- -) (tcp|ask|udp|icmp|mtu|dns|reach) [\d.]+ \d+$/);
      expect(words[6]).toMatch(/^(\d*|(A|AAAA|SRV|PTR|NS) [a-z0-9._-]+( tcp)?)$/);
    }
  });

  test.each([
    "",
    "-f",
    "10.0.1.3:80,fork!!EXEC:id",
    "10.0.1.3 -c 9",
    "localhost",
    "$(id)",
    "10.0.1.3\n",
    "fe80::1%eth0",
  ])("what claims %j as its address is sent nothing", (ip) => {
    expect(wordsOf(flow({ to: { kind: "IP", ip } }))).toBeNull();
    expect(wordsOf(flow({ to: end(pod("shop", "b", "node1", ip)) }))).toBeNull();
  });

  test("IPv6 addresses are addresses", () => {
    expect(wordsOf(flow({ to: { kind: "IP", ip: "fd00:10::3" } }))?.[4]).toBe("fd00:10::3");
  });

  test("a query's name stays within its one word", () => {
    const words = wordsOf(flow({ protocol: "udp", dns: { name: "$(id); -x @evil.", type: "A" } }));
    expect(words?.[6]).toBe("A $(id); -x @evil.");
    expect(words).toHaveLength(7);
  });

  test("ids are short and differ, whatever the flows are called", () => {
    const flows = planFlows(cluster({ nodes: 3 }));
    const input = cluster({ nodes: 3 });
    const orders = flows.flatMap(
      (one, index) => probeOrder(one, index, [...input.pods, ...input.probePods.values()], input.nodeStates, RUN) ?? [],
    );
    const ids = orders.map(({ words }) => words[0]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(orders.map(({ flow: { to } }) => to.ip)).toContain(podIp(1, 200));
  });
});
