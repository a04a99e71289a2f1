import { describe, expect, test } from "vitest";
import { concludeTrace } from "../../../src/engine/trace/conclude.ts";
import { unready, whySilent } from "../../../src/engine/trace/end-state.ts";
import type { Inventory } from "../../../src/engine/trace/inventory.ts";
import { isToldBetter } from "../../../src/engine/trace/plain-answer.ts";
import { nobodys } from "../../../src/engine/trace/stranger.ts";
import type { FlowEnd } from "../../../src/model/flow.ts";
import type { Pod } from "../../../src/model/kubernetes.ts";
import type { ReportedFinding } from "../../../src/model/report.ts";
import { loadCase } from "../../support/case/load-case.ts";
import { cluster, pod } from "../plan/plan-input.ts";

const { nodes, services, pods } = cluster({ nodes: 2 });
const inventory = (...added: readonly Pod[]): Inventory => ({
  home: "shop",
  nodes,
  pods: [...pods, ...added],
  services,
  endpointSlices: [],
  workloads: [],
});
const endOf = ({ namespace, name, node, ips, hostNetwork }: Pod): FlowEnd => ({
  kind: "Pod",
  namespace,
  name,
  node,
  ip: ips[0] ?? "",
  hostNetwork,
});
const ip = (address: string): FlowEnd => ({ kind: "IP", ip: address });

describe("a Pod that can take no packet", () => {
  const silence = (different: Partial<Pod>): string | null => {
    const one = pod("shop", "one", different.node ?? "node1", "10.0.1.9", different);
    return whySilent(endOf(one), inventory(one));
  };

  test("is named with what it waits for", () => {
    expect(silence({ phase: "Pending", node: "", ips: [] })).toBe(
      "Pod shop/one has no address: it is Pending and waits for a Node",
    );
    expect(silence({ phase: "Pending", ips: [] })).toBe("Pod shop/one has no address yet: it is Pending on node1");
  });
  test("is named with how it ended, although it shows its last address", () => {
    expect(silence({ phase: "Succeeded" })).toBe("Pod shop/one has ended (Succeeded), nothing of it runs");
  });
  test("is not one that runs, ready or not", () => {
    expect(silence({})).toBeNull();
    expect(silence({ ready: false })).toBeNull();
  });
});

test("a Pod that runs and is not ready is noted, with the state of its containers", () => {
  const container = { name: "a", image: "", ready: false, restarts: 8, state: "waiting", message: "" } as const;
  const one = pod("shop", "one", "node1", "10.0.1.9", {
    ready: false,
    containers: [{ ...container, reason: "CrashLoopBackOff" }],
  });
  expect(unready(endOf(one), inventory(one))).toBe(
    "Pod shop/one is not ready: container a CrashLoopBackOff, 8 restarts",
  );
  expect(unready(endOf({ ...one, ready: true }), inventory({ ...one, ready: true }))).toBeNull();
});

describe("an address that nothing in the cluster has", () => {
  test("is named with the Node in whose Pod range it lies", () => {
    expect(nobodys(ip("10.0.1.77"), inventory(), null)).toBe(
      "no Pod has 10.0.1.77, an address of the Pod range 10.0.1.0/24 of node1",
    );
  });
  test("is not one of a Pod, a Service or a Node, nor one outside of the cluster's ranges", () => {
    const taken = [pods[0]?.ips[0], services[0]?.clusterIPs[0], nodes[0]?.internalIPs[0], "198.51.100.10"];
    expect(taken.map((address) => nobodys(ip(address ?? ""), inventory(), null))).toEqual([null, null, null, null]);
  });
  test("is the answer of a trace to it", () => {
    const question = { from: "web-1", to: "10.244.1.250", namespace: "shop", port: 80, protocol: null, family: null };
    const report = concludeTrace(loadCase("engine", "healthy").captures, question);
    if (!report.known) throw new Error(report.detail);
    expect(report.value.verdict).not.toBe("passes");
    expect(report.value.flows[0]?.outcome).toMatch(
      /no Pod has 10\.244\.1\.250, an address of the Pod range \S+ of node2$/,
    );
    expect(report.value.findings.map(({ id }) => id)).not.toContain("traffic-failing-unexplained");
  });
});

describe("a finding that says less than the trace does", () => {
  const question = { from: "web-1", to: "10.244.1.250", namespace: "shop", port: 80, protocol: null, family: null };
  const report = concludeTrace(loadCase("engine", "healthy").captures, question);
  if (!report.known) throw new Error(report.detail);
  const [flow] = report.value.flows;
  if (flow === undefined) throw new Error("no flow");
  const finding = (id: string, table = ""): ReportedFinding => ({
    id,
    severity: "error",
    confidence: "proven",
    subject: { kind: "Node", namespace: "", name: "node1" },
    message: "",
    why: "",
    params: { table },
    evidence: [],
    explains: [flow.flow.id],
    next: [],
  });
  const left = (id: string, table = "", to: FlowEnd = ip("10.0.1.77")): boolean =>
    !isToldBetter(finding(id, table), [{ ...flow, flow: { ...flow.flow, to }, predicted: [] }], inventory(), null);

  test("is that a packet for nobody is lost, unexplained, or refused by kube-proxy's own rules", () => {
    expect(left("packet-lost-on-node")).toBe(false);
    expect(left("traffic-failing-unexplained")).toBe(false);
    expect(left("packet-dropped-by-rule", "ip kube-proxy")).toBe(false);
  });
  test("is not a rule of another owner, nor any of them where somebody has the address", () => {
    const somebody = ip(pods[0]?.ips[0] ?? "");
    expect(left("packet-dropped-by-rule", "inet host")).toBe(true);
    expect(left("packet-dropped-by-rule", "ip kube-proxy", somebody)).toBe(true);
    expect(left("packet-lost-on-node", "", somebody)).toBe(true);
  });
});
