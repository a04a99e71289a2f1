import fc from "fast-check";
import { loadAll } from "js-yaml";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { NetworkPolicy } from "../../src/model/network-policy.ts";
import { manifestsYaml, mergeManifests, smallestChange } from "../../src/policy/change.ts";
import type { Connection, PodEnd, PolicyEnd } from "../../src/policy/end.ts";
import { judge, policySet } from "../../src/policy/judge.ts";
import { allDialect, node, outside, pod, policy } from "./drafts.ts";

// Few values, so that selectors match and miss about as often.
const key = fc.constantFrom("app", "tier");
const value = fc.constantFrom("a", "b", "c");
const labels = fc.dictionary(key, value, { maxKeys: 2 });
const expression = fc.oneof(
  fc.record({ key, operator: fc.constantFrom("In", "NotIn"), values: fc.array(value, { minLength: 1, maxLength: 2 }) }),
  fc.record({ key, operator: fc.constantFrom("Exists", "DoesNotExist") }),
);
const selector = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 2 }) },
  { requiredKeys: [] },
);
const namespaceName = fc.constantFrom("red", "blue");
const namespaceSelector = fc.oneof(
  fc.constant({}),
  namespaceName.map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
);
const block = fc.record(
  {
    cidr: fc.constantFrom("0.0.0.0/0", "10.0.0.0/8", "10.0.0.4/30", "192.0.2.0/24"),
    except: fc.constantFrom([], ["10.0.0.4/31"]),
  },
  { requiredKeys: ["cidr"] },
);
const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector }),
  fc.record({ podSelector: selector, namespaceSelector }),
  block.map((ipBlock) => ({ ipBlock })),
);
const protocolName = fc.constantFrom("TCP", "UDP", "SCTP");
const port = fc.oneof(
  fc.record({ protocol: protocolName }),
  fc.record({ port: fc.constantFrom(80, 443, "http") }),
  fc.record({ protocol: protocolName, port: fc.constantFrom(80, 8080, "http") }),
  fc.record({ protocol: protocolName, port: fc.constant(80), endPort: fc.constantFrom(80, 443, 9000) }),
);
const peers = fc.array(peer, { maxLength: 2 });
const ports = fc.array(port, { maxLength: 2 });
const ingressRule: fc.Arbitrary<RawRule> = fc.record({ from: peers, ports }, { requiredKeys: [] });
const egressRule: fc.Arbitrary<RawRule> = fc.record({ to: peers, ports }, { requiredKeys: [] });
const spec: fc.Arbitrary<RawSpec> = fc.record(
  {
    podSelector: selector,
    policyTypes: fc.constantFrom(["Ingress"], ["Egress"], ["Ingress", "Egress"]),
    ingress: fc.array(ingressRule, { maxLength: 2 }),
    egress: fc.array(egressRule, { maxLength: 2 }),
  },
  { requiredKeys: ["podSelector"] },
);
interface Raw {
  readonly namespace: string;
  readonly spec: RawSpec;
}
const raw: fc.Arbitrary<Raw> = fc.record({ namespace: namespaceName, spec });
const made = (each: Raw, index: number): NetworkPolicy =>
  policy(each.spec, { namespace: each.namespace, name: `p${index}` });

const manifestSchema = v.object({
  metadata: v.object({ namespace: v.string() }),
  spec: v.record(v.string(), v.unknown()),
});
const container = { container: "c", hostPort: null, protocol: "TCP" } as const;
const podEnd: fc.Arbitrary<PodEnd> = fc
  .record({
    name: fc.constantFrom("x", "y", "z"),
    namespace: namespaceName,
    labels,
    ip: fc.nat(7),
    port: fc.constantFrom(80, 8080),
  })
  .map((draft) =>
    pod(draft.name, draft.labels, {
      namespace: draft.namespace,
      ips: [`10.0.0.${draft.ip}`],
      ports: [{ ...container, name: "http", port: draft.port }],
    }),
  );
const end: fc.Arbitrary<PolicyEnd> = fc.oneof(
  { weight: 4, arbitrary: podEnd },
  fc.constantFrom(outside("192.0.2.7"), outside("10.0.0.6"), node("node1", "10.0.0.5")),
);
const connection: fc.Arbitrary<Connection> = fc.record({
  from: end,
  to: end,
  protocol: fc.constantFrom("TCP", "UDP", "SCTP"),
  port: fc.constantFrom(80, 443, 8080, 9001),
});
const policies = fc.array(raw, { maxLength: 4 }).map((list) => list.map(made));
const verdict = (of: Connection, list: readonly NetworkPolicy[]): string =>
  judge(of, policySet(list, allDialect)).verdict;

describe("laws of policies", () => {
  test("a policy of another Namespace changes nothing", () => {
    fc.assert(
      fc.property(connection, policies, spec, (of, list, more) => {
        const added = policy(more, { namespace: "elsewhere", name: "q" });
        expect(verdict(of, [...list, added])).toBe(verdict(of, list));
      }),
    );
  });

  test("the order of policies changes nothing", () => {
    fc.assert(
      fc.property(connection, policies, (of, list) => {
        expect(verdict(of, [...list].reverse())).toBe(verdict(of, list));
      }),
    );
  });

  test("where everything is isolated already, a further policy never takes away", () => {
    const closed = ["red", "blue"].map((namespace) =>
      policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] }, { namespace, name: "deny" }),
    );
    fc.assert(
      fc.property(connection, policies, raw, (of, list, more) => {
        fc.pre(verdict(of, [...closed, ...list]) === "allowed");
        expect(verdict(of, [...closed, ...list, made(more, 9)])).toBe("allowed");
      }),
    );
  });

  test("a first policy never allows what was denied without it", () => {
    fc.assert(
      fc.property(connection, raw, (of, only) => {
        expect(verdict(of, [])).toBe("allowed");
        const { ingress, egress } = judge(of, policySet([made(only, 0)], allDialect));
        const isolates = [ingress, egress].some(({ isolatedBy }) => isolatedBy.length > 0);
        expect(isolates || ingress.verdict === "allowed").toBe(true);
      }),
    );
  });

  test("the smallest change turns the verdict round, and leaves every other allowance in place", () => {
    fc.assert(
      fc.property(connection, connection, policies, (of, other, list) => {
        const judgement = judge(of, policySet(list, allDialect));
        const change = smallestChange(of, judgement, []);
        fc.pre(change !== null);
        const added = loadAll(manifestsYaml(mergeManifests(change?.policies ?? []))).map((manifest, index) => {
          const { metadata, spec: wanted } = v.parse(manifestSchema, manifest);
          return policy(wanted, { namespace: metadata.namespace, name: `new${index}` });
        });
        expect(verdict(of, [...list, ...added])).toBe(change?.to);
        if (change?.to === "allowed" && verdict(other, list) === "allowed") {
          expect(verdict(other, [...list, ...added])).toBe("allowed");
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** The same semantics once more, written as plainly as can be from the text of the API: booleans over the manifests as they are. */
describe("an evaluator that goes by the letter", () => {
  test("agrees", () => {
    fc.assert(
      fc.property(connection, fc.array(raw, { maxLength: 4 }), (of, list) => {
        const found = verdict(of, list.map(made));
        fc.pre(found !== "unknown");
        expect(found).toBe(byTheLetter(of, list) ? "allowed" : "denied");
      }),
      { numRuns: 1000 },
    );
  });
});

function byTheLetter(of: Connection, list: readonly Raw[]): boolean {
  const { from, to } = of;
  if (from.kind === "pod" && to.kind === "pod" && from.namespace === to.namespace && from.name === to.name) return true;
  return side(from, to, of, list, "Egress") && side(to, from, of, list, "Ingress");
}

function side(
  self: PolicyEnd,
  other: PolicyEnd,
  of: Connection,
  list: readonly Raw[],
  type: "Ingress" | "Egress",
): boolean {
  if (self.kind !== "pod" || (other.kind === "node" && other.name === self.node)) return true;
  const mine = list.filter(({ namespace, spec: each }) => {
    const types = each.policyTypes ?? ["Ingress", ...((each.egress ?? []).length > 0 ? ["Egress"] : [])];
    return namespace === self.namespace && types.includes(type) && selects(each.podSelector, self.labels.labels);
  });
  if (mine.length === 0) return true;
  return mine.some(({ namespace, spec: each }) =>
    ((type === "Ingress" ? each.ingress : each.egress) ?? []).some((one) => {
      const others = (type === "Ingress" ? one.from : one.to) ?? [];
      const open = one.ports ?? [];
      return (
        (others.length === 0 || others.some((entry) => isPeer(entry, namespace, other))) &&
        (open.length === 0 || open.some((entry) => isPort(entry, of)))
      );
    }),
  );
}

interface RawSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}
function selects(wanted: RawSelector, has: Readonly<Record<string, string>>): boolean {
  for (const [name, text] of Object.entries(wanted.matchLabels ?? {})) if (has[name] !== text) return false;
  for (const { key: name, operator, values = [] } of wanted.matchExpressions ?? []) {
    const own = has[name];
    if (operator === "In" && (own === undefined || !values.includes(own))) return false;
    if (operator === "NotIn" && own !== undefined && values.includes(own)) return false;
    if (operator === "Exists" && own === undefined) return false;
    if (operator === "DoesNotExist" && own !== undefined) return false;
  }
  return true;
}

interface RawPeer {
  readonly podSelector?: RawSelector;
  readonly namespaceSelector?: RawSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
function isPeer(entry: RawPeer, namespace: string, other: PolicyEnd): boolean {
  if (entry.ipBlock !== undefined) {
    const bits = (text: string): string =>
      text
        .split(".")
        .map((part) => Number(part).toString(2).padStart(8, "0"))
        .join("");
    const within = (cidr: string): boolean => {
      const [base = "", length = "32"] = cidr.split("/");
      return bits(other.ips[0] ?? "").startsWith(bits(base).slice(0, Number(length)));
    };
    return within(entry.ipBlock.cidr) && !(entry.ipBlock.except ?? []).some(within);
  }
  if (other.kind !== "pod") return false;
  const inNamespace =
    entry.namespaceSelector === undefined
      ? other.namespace === namespace
      : selects(entry.namespaceSelector, other.namespaceLabels.labels);
  return inNamespace && (entry.podSelector === undefined || selects(entry.podSelector, other.labels.labels));
}

interface RawRule {
  readonly from?: readonly RawPeer[];
  readonly to?: readonly RawPeer[];
  readonly ports?: readonly RawPort[];
}
interface RawSpec {
  readonly podSelector: RawSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly RawRule[];
  readonly egress?: readonly RawRule[];
}
interface RawPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}
function isPort({ protocol = "TCP", port: wanted, endPort }: RawPort, of: Connection): boolean {
  if (protocol !== of.protocol) return false;
  if (wanted === undefined) return true;
  if (typeof wanted === "number") return Number(of.port) >= wanted && Number(of.port) <= (endPort ?? wanted);
  return (
    of.to.kind === "pod" &&
    of.to.ports.some((own) => own.name === wanted && own.protocol === protocol && own.port === of.port)
  );
}
