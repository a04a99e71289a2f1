import { describe, expect, test } from "vitest";
import type { NetworkPolicy } from "../../src/model/network-policy.ts";
import type { Connection, PolicyEnd } from "../../src/policy/end.ts";
import { type Judgement, judge, policySet } from "../../src/policy/judge.ts";
import { allDialect, node, outside, pod, policy } from "./drafts.ts";

const web = pod("web-1", { app: "web" }, { ports: [port("http", 8080), port("dns", 53, "UDP")] });
const client = pod("client-1", { app: "client" });
const other = pod("client-2", { app: "client" }, { namespace: "other", ips: ["10.244.1.9"], node: "node2" });

function port(name: string, number: number, protocol: "TCP" | "UDP" = "TCP") {
  return { container: "c", name, port: number, hostPort: null, protocol } as const;
}
function judged(
  policies: readonly NetworkPolicy[],
  from: PolicyEnd,
  to: PolicyEnd,
  more: Partial<Connection> = {},
  dialect = allDialect,
): Judgement {
  return judge({ from, to, protocol: "TCP", port: 8080, ...more }, policySet(policies, dialect));
}
const verdict = (...args: Parameters<typeof judged>): string => judged(...args).verdict;
const ingress = (...rules: object[]): NetworkPolicy =>
  policy({ podSelector: { matchLabels: { app: "web" } }, ingress: rules, policyTypes: ["Ingress"] });

describe("who is isolated", () => {
  test("without a policy everything is allowed", () => {
    expect(judged([], client, web)).toMatchObject({ verdict: "allowed", ingress: { reason: "not-isolated" } });
  });
  test("an empty selector selects every Pod of the policy's Namespace and none of another", () => {
    const deny = policy({ podSelector: {} });
    expect(judged([deny], other, web)).toMatchObject({ verdict: "denied", ingress: { isolatedBy: ["shop/p"] } });
    expect(verdict([deny], web, other)).toBe("allowed");
  });
  test("a policy of one direction leaves the other alone", () => {
    const deny = policy({ podSelector: {}, policyTypes: ["Egress"] });
    expect(judged([deny], client, web).egress.verdict).toBe("denied");
    expect(judged([deny], other, web).verdict).toBe("allowed");
  });
  test("an egress rule without policyTypes isolates in both directions", () => {
    const both = policy({ podSelector: {}, egress: [{}] });
    expect(verdict([both], web, other)).toBe("allowed");
    expect(verdict([both], other, web)).toBe("denied");
  });
  test("a Pod always reaches itself, and its own Node reaches it", () => {
    const deny = policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    expect(judged([deny], web, web)).toMatchObject({ verdict: "allowed", ingress: { reason: "itself" } });
    expect(judged([deny], node("node1", "192.168.0.11"), web)).toMatchObject({
      verdict: "allowed",
      ingress: { reason: "own-node" },
    });
    expect(verdict([deny], node("node2", "192.168.0.12"), web)).toBe("denied");
  });
  test("a host-network Pod is never isolated", () => {
    const deny = policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    const host = { ...node("node2", "192.168.0.12"), pod: { ...other, namespace: "shop" } };
    expect(judged([deny], other, host).ingress.reason).toBe("not-a-pod");
  });
});

describe("whom a rule lets in", () => {
  test("an empty rule lets in everything, no rule nothing", () => {
    expect(verdict([ingress({})], other, web)).toBe("allowed");
    expect(verdict([ingress()], client, web)).toBe("denied");
  });
  test("policies add up", () => {
    const judgement = judged([ingress(), policy({ podSelector: {}, ingress: [{}] }, { name: "q" })], other, web);
    expect(judgement.ingress).toMatchObject({
      isolatedBy: ["shop/p", "shop/q"],
      rules: [{ policy: "shop/q", number: 1 }],
    });
  });
  test("a podSelector alone reaches the policy's own Namespace only", () => {
    const rule = ingress({ from: [{ podSelector: { matchLabels: { app: "client" } } }] });
    expect(verdict([rule], client, web)).toBe("allowed");
    expect(verdict([rule], other, web)).toBe("denied");
  });
  test("two selectors in one peer are joined by and, in two peers by or", () => {
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "other" } };
    const podSelector = { matchLabels: { app: "client" } };
    const one = ingress({ from: [{ namespaceSelector, podSelector }] });
    const two = ingress({ from: [{ namespaceSelector }, { podSelector }] });
    const stranger = pod("db-0", { app: "db" }, { namespace: "other" });
    expect([other, client, stranger].map((from) => verdict([one], from, web))).toEqual(["allowed", "denied", "denied"]);
    expect([other, client, stranger].map((from) => verdict([two], from, web))).toEqual([
      "allowed",
      "allowed",
      "allowed",
    ]);
  });
  test("an ipBlock matches addresses, without its exceptions", () => {
    const rule = ingress({ from: [{ ipBlock: { cidr: "192.0.2.0/24", except: ["192.0.2.128/25"] } }] });
    expect(verdict([rule], outside("192.0.2.7"), web)).toBe("allowed");
    expect(verdict([rule], outside("192.0.2.200"), web)).toBe("denied");
    expect(verdict([rule], outside("2001:db8::7"), web)).toBe("denied");
  });
  test("an ipBlock matches a Pod by its address, but not for certain where the enforcer goes by identity", () => {
    const rule = ingress({ from: [{ ipBlock: { cidr: "10.244.0.0/16" } }] });
    expect(verdict([rule], client, web)).toBe("allowed");
    expect(verdict([rule], client, web, {}, { blocksMatchCluster: false })).toBe("unknown");
  });
  test("whether a selector reaches a host-network Pod is not known", () => {
    const host = { ...node("node2", "192.168.0.12"), pod: client };
    expect(verdict([ingress({ from: [{ podSelector: {} }] })], host, web)).toBe("unknown");
    expect(verdict([ingress({ from: [{ podSelector: { matchLabels: { app: "db" } } }] })], host, web)).toBe("denied");
  });
  test("the address that another Node's packets bear is not known", () => {
    const rule = ingress({ from: [{ ipBlock: { cidr: "192.168.0.0/24" } }] });
    expect(verdict([rule], node("node2", "192.168.0.12"), web)).toBe("allowed");
    expect(verdict([rule], node("node2", "172.16.0.12"), web)).toBe("unknown");
  });
});

describe("matchExpressions", () => {
  const verdictFor = (expression: object, labels: Readonly<Record<string, string>>): string =>
    verdict([ingress({ from: [{ podSelector: { matchExpressions: [expression] } }] })], pod("c", labels), web);
  test.each([
    [{ key: "app", operator: "In", values: ["a", "b"] }, { app: "b" }, "allowed"],
    [{ key: "app", operator: "In", values: ["a", "b"] }, {}, "denied"],
    [{ key: "app", operator: "NotIn", values: ["a"] }, { app: "a" }, "denied"],
    [{ key: "app", operator: "NotIn", values: ["a"] }, {}, "allowed"],
    [{ key: "app", operator: "Exists" }, { app: "" }, "allowed"],
    [{ key: "app", operator: "Exists" }, {}, "denied"],
    [{ key: "app", operator: "DoesNotExist" }, {}, "allowed"],
    [{ key: "app", operator: "DoesNotExist", values: [] }, { app: "a" }, "denied"],
    [{ key: "constructor", operator: "Exists" }, {}, "denied"],
  ])("%j on %j is %s", (expression, labels, expected) => {
    expect(verdictFor(expression, labels)).toBe(expected);
  });
});

describe("ports", () => {
  const on = (...ports: object[]): readonly NetworkPolicy[] => [ingress({ ports })];
  test("a port without a protocol is TCP", () => {
    expect(verdict(on({ port: 53 }), client, web, { port: 53 })).toBe("allowed");
    expect(verdict(on({ port: 53 }), client, web, { port: 53, protocol: "UDP" })).toBe("denied");
  });
  test("endPort closes a range, both ends included", () => {
    const range = on({ port: 8000, endPort: 8080 });
    expect([7999, 8000, 8080, 8081].map((port) => verdict(range, client, web, { port }))).toEqual([
      "denied",
      "allowed",
      "allowed",
      "denied",
    ]);
  });
  test("a name is the port of the target's container, with its protocol", () => {
    expect(verdict(on({ port: "http" }), client, web, { port: 8080 })).toBe("allowed");
    expect(verdict(on({ port: "http" }), client, web, { port: 8081 })).toBe("denied");
    expect(verdict(on({ port: "dns" }), client, web, { port: 53 })).toBe("denied");
    expect(verdict(on({ port: "dns", protocol: "UDP" }), client, web, { port: 53, protocol: "UDP" })).toBe("allowed");
    const egress = policy({ podSelector: {}, policyTypes: ["Egress"], egress: [{ ports: [{ port: "http" }] }] });
    expect(verdict([egress], client, web)).toBe("allowed");
    expect(verdict([egress], client, outside("192.0.2.7"))).toBe("denied");
  });
  test("a protocol alone is all its ports", () => {
    expect(verdict(on({ protocol: "SCTP" }), client, web, { protocol: "SCTP", port: 9 })).toBe("allowed");
    expect(verdict(on({ protocol: "SCTP" }), client, web)).toBe("denied");
  });
  test("a port that no rule names is allowed only where ports are not restricted", () => {
    expect(verdict(on({ port: 80 }), client, web, { port: null })).toBe("denied");
    expect(verdict([ingress({})], client, web, { port: null })).toBe("allowed");
  });
  test("of ICMP nothing can be said where the Pod is isolated", () => {
    expect(verdict([ingress({})], client, web, { protocol: null, port: null })).toBe("unknown");
    expect(verdict([], client, web, { protocol: null, port: null })).toBe("allowed");
  });
});

describe("what cannot be read is unknown, never denied or allowed", () => {
  test.each([
    ["a peer without fields", { from: [{}] }],
    [
      "an operator that does not exist",
      { from: [{ podSelector: { matchExpressions: [{ key: "a", operator: "Gt" }] } }] },
    ],
    ["a CIDR that is none", { from: [{ ipBlock: { cidr: "10.0.0.0/99" } }] }],
    ["a port that is none", { ports: [{ port: 99999 }] }],
    ["an endPort below its port", { ports: [{ port: 80, endPort: 79 }] }],
    ["a list that is none", { from: "everybody" }],
  ])("%s", (_, rule) => {
    expect(verdict([ingress(rule)], client, web)).toBe("unknown");
    expect(verdict([ingress(rule), policy({ podSelector: {}, ingress: [{}] }, { name: "q" })], client, web)).toBe(
      "allowed",
    );
  });
  test("labels that were not read", () => {
    const stranger = pod("x", {}, { labels: { labels: {}, complete: false }, namespace: "gone" });
    const byPod = ingress({ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: "x" } } }] });
    expect(verdict([byPod], stranger, web)).toBe("unknown");
    expect(verdict([ingress({ from: [{ namespaceSelector: {} }] })], stranger, web)).toBe("allowed");
    expect(verdict([ingress({ from: [{ podSelector: {} }] })], stranger, web)).toBe("denied");
  });
});
