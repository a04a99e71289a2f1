import { describe, expect, test } from "vitest";
import { planFlows } from "../../../src/engine/plan-flows.ts";
import type { Flow } from "../../../src/model/flow.ts";
import type { EndpointSlice, Service } from "../../../src/model/kubernetes.ts";
import { cluster, nodeName, pod, podIp, port, RUN, service, slice } from "./plan-input.ts";

const web = [0, 1].map((index) => pod("shop", `web-${index}-0`, nodeName(index), podIp(index, 2)));

/** The flows to a Service of the namespace shop and to what is behind it: "to protocol/port". */
function asked(one: Service, slices: readonly EndpointSlice[] = [slice(one, web)]): readonly string[] {
  const before = new Set(planFlows(cluster({ nodes: 2 })).map(({ id }) => id));
  return planFlows(cluster({ nodes: 2, services: [one], slices }))
    .filter(({ id }) => !before.has(id))
    .map(({ to, protocol, port: number }) => `${to.kind} ${to.ip} ${protocol}/${number}`);
}
const endpoints = [`Pod ${podIp(0, 2)} tcp/80`, `Pod ${podIp(1, 2)} tcp/80`];

describe("a Service", () => {
  test("is asked at its cluster IP and at each endpoint behind it", () => {
    expect(asked(service("shop", "web", "10.96.1.1"))).toEqual(["Service 10.96.1.1 tcp/80", ...endpoints]);
  });

  test("is asked from one Node each, in turn", () => {
    const many = Array.from({ length: 6 }, (_, at) => service("shop", `s${at}`, `10.96.1.${at + 1}`));
    const flows = planFlows(cluster({ nodes: 3, services: many }));
    const from = flows
      .filter(({ to }) => to.kind === "Service" && to.namespace === "shop")
      .map((flow) => (flow.from.kind === "Pod" ? flow.from.node : ""));
    expect(from).toHaveLength(6);
    expect(new Set(from).size).toBe(3);
  });

  test("without an address is asked at its endpoints only", () => {
    const headless = service("shop", "web", "", { clusterIPs: [], headless: true });
    expect(asked(headless)).toEqual(endpoints);
  });

  test("that is another name is not asked", () => {
    const external = service("shop", "api", "", { type: "ExternalName", clusterIPs: [], selector: null });
    expect(asked(external, [])).toEqual([]);
    expect(asked({ ...external, clusterIPs: ["10.96.1.1"] })).toEqual([]);
  });

  test("of UDP or SCTP ports only is not asked: no answer would tell nothing", () => {
    const ports = [port(5353, { protocol: "UDP" }), port(38412, { protocol: "SCTP" })];
    expect(asked(service("shop", "media", "10.96.1.1", { ports }))).toEqual([]);
  });

  test("of both is asked at its TCP port only", () => {
    const ports = [port(53, { protocol: "UDP" }), port(80)];
    expect(asked(service("shop", "mixed", "10.96.1.1", { ports }))).toEqual(["Service 10.96.1.1 tcp/80", ...endpoints]);
  });

  test("is not asked at endpoints that are not ready, have no port, or are no IPv4 address", () => {
    const one = service("shop", "web", "10.96.1.1");
    const whole = slice(one, web);
    const unready = { ...whole, endpoints: whole.endpoints.map((endpoint) => ({ ...endpoint, ready: false })) };
    const names = slice(one, web, { family: "FQDN" });
    const portless = slice(one, web, { ports: [{ name: "", port: null, protocol: "TCP" }] });
    for (const other of [unready, names, portless, slice(service("other", "web", "10.96.1.2"), web)]) {
      expect(asked(one, [other])).toEqual(["Service 10.96.1.1 tcp/80"]);
    }
  });

  test("behind which there is no Pod is asked at the bare address", () => {
    const one = service("shop", "db", "10.96.1.1", { selector: null });
    const outside = slice(one, [pod("shop", "gone", "", "192.0.2.9")]);
    expect(asked(one, [outside])).toEqual(["Service 10.96.1.1 tcp/80", "IP 192.0.2.9 tcp/80"]);
  });
});

describe("what is asked is bounded", () => {
  test("by five endpoints a Service", () => {
    const one = service("shop", "web", "10.96.1.1");
    const pods = Array.from({ length: 50 }, (_, at) => pod("shop", `big-${at}`, nodeName(0), `10.9.0.${at}`));
    expect(asked(one, [slice(one, pods)])).toHaveLength(6);
  });

  test("by five hundred Services", () => {
    const many = Array.from({ length: 700 }, (_, at) =>
      service("shop", `s${at}`, `10.96.${1 + (at >> 8)}.${at & 255}`),
    );
    const flows = planFlows(cluster({ nodes: 2, services: many }));
    const asked = flows.filter(({ to }) => to.kind === "Service" && to.namespace === "shop");
    expect(asked.length).toBeLessThanOrEqual(500);
    expect(asked.length).toBeGreaterThan(490);
  });

  test("by twenty node ports, each at every Node", () => {
    const open = Array.from({ length: 30 }, (_, at) =>
      service("shop", `open-${at}`, `10.96.1.${at + 1}`, {
        type: "NodePort",
        ports: [port(80, { nodePort: 30000 + at })],
      }),
    );
    const flows = planFlows(cluster({ nodes: 3, services: open })).filter(({ purpose }) => purpose === "node-port");
    expect(new Set(flows.map(({ port: number }) => number)).size).toBe(20);
    expect(new Set(flows.map(({ to }) => to.ip)).size).toBe(3);
    expect(flows).toHaveLength(20 * 3 * 2);
  });
});

describe("node ports", () => {
  const open = (different: Partial<Service>) =>
    planFlows(
      cluster({
        nodes: 2,
        services: [service("shop", "open", "10.96.1.1", { ports: [port(80, { nodePort: 30080 })], ...different })],
      }),
    ).filter(({ purpose }) => purpose === "node-port");

  test("are asked where every Node answers", () => {
    expect(open({ type: "NodePort" }).map(({ from, port: number }) => `${from.kind} ${number}`)).toEqual([
      "Pod 30080",
      "Node 30080",
      "Pod 30080",
      "Node 30080",
    ]);
  });

  test("are not asked where only Nodes with an endpoint answer, nor over UDP", () => {
    expect(open({ type: "LoadBalancer", externalTrafficPolicy: "Local" })).toEqual([]);
    expect(open({ ports: [port(80, { protocol: "UDP", nodePort: 30080 })] })).toEqual([]);
  });
});

describe("a probe Pod whose server did not start", () => {
  const toProbes = (flows: readonly Flow[]) =>
    flows.filter(({ to, protocol }) => "namespace" in to && to.namespace === RUN && protocol !== "icmp");

  test("is not asked over TCP or UDP, by no address", () => {
    const flows = planFlows(cluster({ nodes: 3, serving: false }));
    expect(toProbes(flows).map(({ id }) => id)).toEqual([]);
    expect(flows.filter(({ purpose }) => purpose === "pod-to-pod").length).toBeGreaterThan(0);
  });

  test("does not keep the others from being asked", () => {
    const some = cluster({ nodes: 3 });
    const none = cluster({ nodes: 3, serving: false }).nodeStates.get(nodeName(1));
    const nodeStates = new Map(some.nodeStates);
    if (none !== undefined) nodeStates.set(nodeName(1), none);
    const targets = toProbes(planFlows({ ...some, nodeStates })).map(({ to }) =>
      to.kind === "Pod" ? to.node : to.kind,
    );
    expect(new Set(targets)).toEqual(new Set([nodeName(0), nodeName(2), "Service"]));
  });
});

describe("the cluster's DNS", () => {
  const dns = (flows: readonly Flow[]) => flows.filter(({ purpose }) => purpose === "dns");

  test("is asked over UDP and TCP, at its Service and at every replica, from every Node", () => {
    const flows = dns(planFlows(cluster({ nodes: 3 })));
    for (const from of [0, 1, 2]) {
      const own = flows.filter((flow) => flow.from.kind === "Pod" && flow.from.node === nodeName(from));
      for (const protocol of ["udp", "tcp"]) {
        const ends = own.filter((flow) => flow.protocol === protocol).map(({ to }) => to.ip);
        expect(ends).toEqual(expect.arrayContaining(["10.96.0.10", podIp(0, 100), podIp(1, 100)]));
      }
    }
  });

  test("is asked in the cluster's own domain, for every type of record once", () => {
    const flows = dns(planFlows({ ...cluster({ nodes: 2 }), clusterDomain: "k8s.example" }));
    const names = flows.map(({ dns: question }) => `${question?.type} ${question?.name}`);
    expect(names).toEqual(
      expect.arrayContaining([
        "A kubernetes.default.svc.k8s.example.",
        "AAAA kubernetes.default.svc.k8s.example.",
        "SRV _https._tcp.kubernetes.default.svc.k8s.example.",
        "PTR 1.0.96.10.in-addr.arpa.",
        "NS .",
      ]),
    );
    expect(names.filter((name) => name.startsWith("PTR"))).toHaveLength(1);
  });

  test("is not asked where there is none", () => {
    const input = cluster({ nodes: 2 });
    const services = input.services.filter(({ name }) => name !== "kube-dns");
    expect(dns(planFlows({ ...input, services }))).toEqual([]);
  });
});
