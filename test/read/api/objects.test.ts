import { describe, expect, test } from "vitest";
import { unknown } from "../../../src/model/learned.ts";
import { readCaptures, readSnapshot } from "../../../src/read/facts.ts";
import { capture, captures, valueIn } from "./captures.ts";

const one = <T>(list: readonly T[]): T => {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new Error(`expected one item, got ${list.length}`);
  return first;
};
const meta = (name: string, more: object = {}) => ({ metadata: { name, namespace: "shop", ...more } });
const service = (spec: object, status: object = {}) =>
  one(valueIn(readSnapshot(captures({ services: [{ ...meta("cart"), spec, status }] })).services));
const pod = (spec: object, status: object = {}, more: object = {}) =>
  one(valueIn(readSnapshot(captures({ pods: [{ ...meta("cart-1", more), spec, status }] })).pods));
const slice = (object: object) =>
  one(valueIn(readSnapshot(captures({ endpointslices: [{ ...meta("cart-x"), ...object }] })).endpointSlices));

describe("Services", () => {
  test("an empty spec gets the API server's defaults", () => {
    expect(service({})).toMatchObject({
      type: "ClusterIP",
      selector: null,
      headless: false,
      clusterIPs: [],
      internalTrafficPolicy: "Cluster",
      externalTrafficPolicy: "Cluster",
      sessionAffinity: "None",
      publishNotReadyAddresses: false,
    });
  });
  test("a port without targetPort targets itself, over TCP, without a node port", () => {
    expect(service({ ports: [{ port: 80 }, { port: 81, targetPort: "http", nodePort: 0 }] }).ports).toEqual([
      { name: "", port: 80, protocol: "TCP", targetPort: 80, nodePort: null },
      { name: "", port: 81, protocol: "TCP", targetPort: "http", nodePort: null },
    ]);
  });
  test("None is headless, and clusterIPs come before clusterIP", () => {
    expect(service({ clusterIP: "None" })).toMatchObject({ headless: true, clusterIPs: [] });
    expect(service({ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1", "fd00::1"] }).clusterIPs).toHaveLength(2);
    expect(service({ clusterIP: "10.0.0.1" }).clusterIPs).toEqual(["10.0.0.1"]);
  });
  test("a load balancer known by its host name only is not without an address", () => {
    const status = { loadBalancer: { ingress: [{ hostname: "a.elb.example" }, { ip: "192.0.2.1" }] } };
    expect(service({}, status).loadBalancerIPs).toEqual(["a.elb.example", "192.0.2.1"]);
  });
});

describe("EndpointSlices", () => {
  test("missing conditions are ready, serving and not terminating", () => {
    const { endpoints } = slice({ addressType: "IPv4", endpoints: [{ addresses: ["10.0.0.1"] }] });
    expect(endpoints[0]).toMatchObject({ ready: true, serving: true, terminating: false, node: "", target: null });
  });
  test("serving follows ready where it is missing", () => {
    const { endpoints } = slice({ addressType: "IPv6", endpoints: [{ addresses: [], conditions: { ready: false } }] });
    expect(endpoints[0]).toMatchObject({ ready: false, serving: false });
  });
  test("a slice without a known address type is left out and counted", () => {
    const good = { ...meta("a"), addressType: "IPv4", endpoints: [], ports: [{}] };
    const { snapshot, missing } = readCaptures(captures({ endpointslices: [good, meta("b")] }));
    expect(valueIn(snapshot.endpointSlices).map(({ name }) => name)).toEqual(["a"]);
    expect(missing).toContainEqual({
      fact: "endpointSlices",
      reason: "unparsable",
      detail: "1 of 2 objects have another shape",
    });
  });
});

describe("Pods", () => {
  test("addresses of both families, the owner that controls, and a deletion time are read", () => {
    const owners = [
      { kind: "Other", name: "x" },
      { kind: "ReplicaSet", name: "cart-5", controller: true },
    ];
    const status = { phase: "Running", podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] };
    expect(pod({ nodeName: "n1" }, status, { ownerReferences: owners, deletionTimestamp: "2026" })).toMatchObject({
      node: "n1",
      ips: ["10.0.0.1", "fd00::1"],
      owner: { kind: "ReplicaSet", namespace: "shop", name: "cart-5" },
      terminating: true,
      ready: false,
      dnsPolicy: "ClusterFirst",
    });
  });
  test("with hostNetwork every container port is a host port", () => {
    const containers = [{ name: "a", ports: [{ containerPort: 80 }, { containerPort: 90, hostPort: 91 }] }];
    expect(pod({ hostNetwork: true, containers }).ports.map(({ hostPort }) => hostPort)).toEqual([80, 91]);
    expect(pod({ containers }).ports.map(({ hostPort }) => hostPort)).toEqual([null, 91]);
  });
  test("an init container counts while it holds the Pod up, and not once it has ended well", () => {
    const spec = { containers: [{ name: "a" }], initContainers: [{ name: "done" }, { name: "stuck" }] };
    const status = {
      initContainerStatuses: [
        { name: "done", ready: true, state: { terminated: { reason: "Completed" } } },
        { name: "stuck", restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } } },
      ],
    };
    expect(pod(spec, status).containers).toMatchObject([
      { name: "a", state: "unknown" },
      { name: "stuck", state: "waiting", reason: "CrashLoopBackOff", restarts: 4 },
    ]);
  });
  test("ndots is a number, and anything else is none", () => {
    const ndots = (value: unknown) => pod({ dnsConfig: { options: [{ name: "ndots", value }] } }).dnsConfig.ndots;
    expect([ndots("2"), ndots("two"), ndots(undefined)]).toEqual([2, null, null]);
  });
  test("a host name and a subdomain make the name that a headless Service answers with", () => {
    expect(pod({ hostname: "db-0", subdomain: "db" }).hostnames).toEqual(["db-0", "db-0.db"]);
  });
});

describe("other kinds", () => {
  test("a Node without conditions is not ready, and its single podCIDR counts", () => {
    const snapshot = readSnapshot(
      captures({ nodes: [{ metadata: { name: "n1" }, spec: { podCIDR: "10.0.0.0/24" } }] }),
    );
    expect(one(valueIn(snapshot.nodes))).toMatchObject({
      ready: false,
      networkUnavailable: false,
      podCIDRs: ["10.0.0.0/24"],
      os: "linux",
      hostname: "n1",
    });
  });
  test("a policy without policyTypes has Egress only where it has an egress rule", () => {
    const types = (spec: object) =>
      one(valueIn(readSnapshot(captures({ networkpolicies: [{ ...meta("p"), spec }] })).networkPolicies)).policyTypes;
    expect(types({})).toEqual(["Ingress"]);
    expect(types({ egress: [] })).toEqual(["Ingress"]);
    expect(types({ egress: [{}] })).toEqual(["Ingress", "Egress"]);
    expect(types({ policyTypes: ["Egress"] })).toEqual(["Egress"]);
  });
  test("an Ingress names each backend once, by number or name", () => {
    const path = { backend: { service: { name: "cart", port: { number: 80 } } } };
    const spec = {
      defaultBackend: { service: { name: "web", port: { name: "http" } } },
      rules: [{ http: { paths: [path, path, { backend: { resource: {} } }] } }],
    };
    expect(one(valueIn(readSnapshot(captures({ ingresses: [{ ...meta("i"), spec }] })).ingresses)).backends).toEqual([
      { service: "web", port: "http" },
      { service: "cart", port: 80 },
    ]);
  });
  test("DaemonSets and Deployments are one list, and unknown where one of them is", () => {
    const set = { ...meta("d"), status: { desiredNumberScheduled: 3, numberReady: 2 } };
    const all = readSnapshot(
      captures({ daemonsets: [set], deployments: [{ ...meta("e"), spec: {} }], statefulsets: [] }),
    );
    expect(valueIn(all.workloads)).toMatchObject([
      { kind: "DaemonSet", desired: 3, ready: 2 },
      { kind: "Deployment", desired: 1, ready: 0 },
    ]);
    expect(readSnapshot(captures({ daemonsets: [set] })).workloads).toMatchObject({ known: false });
  });
  test("events of both API groups say what they are about", () => {
    const old = {
      involvedObject: { kind: "Pod", name: "a", namespace: "x" },
      message: "m",
      count: 3,
      lastTimestamp: "t",
    };
    const recent = { regarding: { kind: "Node", name: "b" }, note: "n", type: "Warning", series: { count: 9 } };
    expect(valueIn(readSnapshot(captures({ events: [old, recent] })).events)).toMatchObject([
      { about: { kind: "Pod", namespace: "x", name: "a" }, message: "m", count: 3, lastSeen: "t", type: "Normal" },
      { about: { kind: "Node", namespace: "", name: "b" }, message: "n", count: 9, type: "Warning" },
    ]);
  });
});

describe("what could not be read", () => {
  test("text that is no JSON, and JSON that is no array, are unparsable", () => {
    const snapshot = readSnapshot(captures({ pods: "{", services: "{}", version: "[]" }));
    expect([snapshot.pods, snapshot.services, snapshot.version]).toMatchObject([
      { known: false, reason: "unparsable" },
      { known: false, reason: "unparsable" },
      { known: false, reason: "unparsable" },
    ]);
  });
  test("a list of which nothing can be read is not an empty list", () => {
    expect(readSnapshot(captures({ pods: [1, {}] })).pods).toMatchObject({ known: false, reason: "unparsable" });
    expect(readSnapshot(captures({ pods: [] })).pods).toEqual({ known: true, value: [] });
  });
  test("a refused capture keeps its reason", () => {
    const refused = new Map([capture("api/pods", unknown("forbidden", "pods is forbidden"))]);
    expect(readSnapshot(refused).pods).toEqual({ known: false, reason: "forbidden", detail: "pods is forbidden" });
  });
  test("a custom resource that is not served has no objects, one that is forbidden is named", () => {
    const all = new Map([
      capture("api/custom/ippools.crd.projectcalico.org", unknown("not-served", "")),
      capture("api/custom/ciliumnodes.cilium.io", unknown("forbidden", "no")),
    ]);
    const { snapshot, missing } = readCaptures(all);
    expect(snapshot.customObjects).toEqual({ known: true, value: [] });
    expect(missing).toMatchObject([{ fact: "customObjects", reason: "forbidden" }]);
  });
  test("the objects that Calico serves twice are read once", () => {
    const pool = [{ metadata: { name: "p" }, spec: { cidr: "10.0.0.0/16" } }];
    const twice = { "custom/ippools.crd.projectcalico.org": pool, "custom/ippools.projectcalico.org": pool };
    expect(valueIn(readSnapshot(captures(twice)).customObjects)).toMatchObject([{ kind: "IPPool", name: "p" }]);
  });
});

describe("Nodes' state", () => {
  const nodes = [{ metadata: { name: "n1" } }, { metadata: { name: "n2" } }, { metadata: { name: "n3" } }];
  test("a Node with any section is read, the others say why not", () => {
    const all = new Map([
      ...captures({ nodes, "node/n1/link": "[]" }),
      capture("node/n2/session", unknown("timed-out", "the Pod did not start")),
    ]);
    const snapshot = readSnapshot(all);
    expect([...valueIn(snapshot.nodeStates).keys()]).toEqual(["n1"]);
    expect(Object.fromEntries(valueIn(snapshot.unreadNodes))).toEqual({
      n2: { reason: "timed-out", detail: "the Pod did not start" },
      n3: { reason: "not-collected", detail: "no state of this Node was collected" },
    });
  });
  test("without any section the state is unknown, not empty", () => {
    const snapshot = readSnapshot(captures({ nodes }));
    expect(snapshot.nodeStates).toMatchObject({ known: false, reason: "not-collected" });
    expect(snapshot.probed).toMatchObject({ known: false, reason: "not-collected" });
  });
});
