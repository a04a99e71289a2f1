import { describe, expect, test } from "vitest";
import { patternsOf } from "../../src/policy/pattern.ts";
import { ruleText } from "../../src/policy/rule-text.ts";
import { policy } from "./drafts.ts";

const web = { podSelector: { matchLabels: { app: "web" } } };
const all = { podSelector: {} };
const named = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const dns = [{ port: 53, protocol: "UDP" }, { port: 53 }];

describe("the usual patterns", () => {
  test.each<[string, object, readonly string[]]>([
    ["default deny", { ...all, policyTypes: ["Ingress", "Egress"] }, ["default deny"]],
    ["default deny of one direction", { ...all }, ["default deny ingress"]],
    ["deny of some Pods", { ...web, policyTypes: ["Egress"] }, ["deny egress"]],
    ["allow all", { ...all, policyTypes: ["Ingress"], ingress: [{}] }, ["allow all ingress"]],
    ["DNS", { ...all, policyTypes: ["Egress"], egress: [{ to: [named("kube-system")], ports: dns }] }, ["allow DNS"]],
    [
      "DNS on OpenShift",
      { ...all, policyTypes: ["Egress"], egress: [{ ports: [{ port: 5353, protocol: "UDP" }] }] },
      ["allow DNS"],
    ],
    ["TCP 53 alone is no DNS", { ...all, policyTypes: ["Egress"], egress: [{ ports: [{ port: 53 }] }] }, []],
    ["the same Namespace", { ...all, ingress: [{ from: [{ podSelector: {} }] }] }, ["allow same namespace"]],
    ["every Namespace", { ...web, ingress: [{ from: [{ namespaceSelector: {} }] }] }, ["allow all namespaces"]],
    [
      "monitoring",
      { ...all, ingress: [{ from: [named("monitoring")], ports: [{ port: 9090 }] }] },
      ["allow monitoring"],
    ],
    [
      "Prometheus by its Pods",
      {
        ...all,
        ingress: [
          {
            from: [{ namespaceSelector: {}, podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } } }],
          },
        ],
      },
      ["allow monitoring"],
    ],
    ["the ingress controller", { ...web, ingress: [{ from: [named("ingress-nginx")] }] }, ["allow ingress controller"]],
    [
      "the outside",
      {
        ...web,
        policyTypes: ["Egress"],
        egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }] }],
      },
      ["allow outside"],
    ],
    ["nothing usual", { ...web, ingress: [{ from: [{ podSelector: { matchLabels: { app: "client" } } }] }] }, []],
  ])("%s", (_, spec, patterns) => {
    expect(patternsOf(policy(spec))).toEqual(patterns);
  });
});

test.each<[object, string]>([
  [{}, "from anywhere, any port"],
  [
    { ports: [{ port: 80 }, { port: 1000, endPort: 2000, protocol: "UDP" }, { protocol: "SCTP" }] },
    "from anywhere, TCP 80, UDP 1000-2000, any SCTP port",
  ],
  [
    { from: [{ podSelector: {} }, { namespaceSelector: {}, podSelector: { matchLabels: { app: "a" } } }] },
    "from any Pod of the same Namespace or Pods app=a of any Namespace, any port",
  ],
  [
    { from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }] },
    "from 10.0.0.0/8 except 10.1.0.0/16, any port",
  ],
  [
    {
      from: [
        {
          podSelector: {
            matchExpressions: [
              { key: "a", operator: "NotIn", values: ["x", "y"] },
              { key: "b", operator: "DoesNotExist" },
            ],
          },
        },
      ],
    },
    "from Pods a notin (x,y),!b of the same Namespace, any port",
  ],
])("a rule in words: %j", (rule, text) => {
  const [first] = policy({ ...all, ingress: [rule] }).ingress;
  expect(first === undefined ? "" : ruleText(first, "Ingress")).toBe(text);
});
