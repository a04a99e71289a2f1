import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSnapshot } from "../../../src/read/facts.ts";
import { captures } from "./captures.ts";

const RESOURCES = [
  "version",
  "nodes",
  "namespaces",
  "pods",
  "services",
  "endpointslices",
  "networkpolicies",
  "servicecidrs",
  "ingresses",
  "daemonsets",
  "deployments",
  "statefulsets",
  "events",
  "configmaps",
  "custom/ippools.crd.projectcalico.org",
  "custom/ciliumnodes.cilium.io",
  "custom/networks.config.openshift.io",
];
const FACTS = 22;

/** Objects with the API's own field names and anything below them, so that readers get past the first look. */
const cidr = fc.constantFrom(
  "10.244.0.0/16",
  "10.244.1.0/24",
  "fd00::/48",
  "10.96.0.0/12",
  "10.0.0.1",
  "x",
  "10.0.0.0/99",
);
const odd = fc.oneof(fc.anything(), cidr, fc.array(cidr), fc.constantFrom(null, "", 0, "None", "True"));
const fieldsOf = (...names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, odd])), { requiredKeys: [] });
const object = fc.record(
  {
    metadata: fc.oneof(
      odd,
      fc.record({
        name: fc.constantFrom("a", "b", "cilium-config", "cluster"),
        namespace: odd,
        annotations: odd,
        labels: odd,
      }),
      fc.record({ name: fc.constantFrom("kube-proxy", "kubeadm-config"), namespace: fc.constant("kube-system") }),
    ),
    spec: fc.oneof(
      odd,
      fieldsOf("cidr", "cidrs", "podCIDRs", "clusterIPs", "ports", "containers", "ipam", "clusterNetwork", "rules"),
    ),
    status: fc.oneof(odd, fieldsOf("podIPs", "podIP", "addresses", "conditions", "phase", "loadBalancer")),
    data: odd,
    addressType: fc.constantFrom("IPv4", "IPv6", 4),
    endpoints: odd,
    involvedObject: odd,
    kind: fc.constantFrom("IPPool", "CiliumNode", "Network", "Subnet", 1),
  },
  { requiredKeys: [] },
);
const json = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    return "null";
  }
};
const text = fc.oneof(
  fc.string(),
  fc.anything().map(json),
  fc.array(object, { maxLength: 4 }).map(json),
  fc.array(fc.oneof(object, odd), { maxLength: 4 }).map(json),
);

describe("readSnapshot", () => {
  test("never throws, whatever the API captures hold", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...RESOURCES), text), (texts) => {
        expect(Object.keys(readSnapshot(captures(texts)))).toHaveLength(FACTS);
      }),
      { numRuns: 500 },
    );
  });
  test("never throws, whatever a Node's sections hold", () => {
    const sections = [
      "link",
      "addr",
      "route4",
      "route6",
      "iptables-nft",
      "nft",
      "cni-conf",
      "kubelet-config",
      "processes",
    ];
    const ids = sections.map((section) => `node/n1/${section}`);
    const files = ["node/n1/cni-conf/10-a.conflist", "node/n1/cni-file/run/flannel/subnet.env"];
    const odd = fc.oneof(text, fc.constantFrom("/etc/cni/net.d\n9 10-a.conflist\n", "FLANNEL_NETWORK=x/16\n"));
    const nodes = [{ metadata: { name: "n1" } }, { metadata: { name: "n2" } }];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...ids, ...files), odd, { minKeys: 1 }), (texts) => {
        const snapshot = readSnapshot(captures({ nodes, ...texts }));
        expect([snapshot.cni.known, snapshot.ranges.known]).toEqual([true, true]);
      }),
      { numRuns: 300 },
    );
  });
  test("does not stumble over names that every JavaScript object has", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const objects = names.map((name) => ({
      metadata: { name, namespace: "kube-system", labels: { [name]: "x" } },
      kind: name,
      spec: { containers: [{ name, args: [`--${name}=1`] }] },
    }));
    const texts = { nodes: objects, pods: objects, configmaps: objects, "custom/__proto__.x": objects };
    const snapshot = readSnapshot(captures(texts));
    expect(snapshot.pods).toMatchObject({ known: true });
    expect(snapshot.customObjects).toMatchObject({ known: true });
  });
  test("takes JSON that is nested too deep for unparsable", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(readSnapshot(captures({ pods: deep })).pods).toMatchObject({ known: false });
  });
});
