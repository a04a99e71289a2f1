import fc from "fast-check";
import { flow, podEnd, serviceEnd } from "../../../src/engine/plan/draft.ts";
import type { Snapshot } from "../../../src/model/facts.ts";
import type { Flow, FlowEnd } from "../../../src/model/flow.ts";

/** An end with ports of which some listen and some do not. */
interface Target {
  readonly end: FlowEnd;
  readonly ports: readonly number[];
}
/** What is beyond the Nodes is not read, so that of addresses outside only one is asked that is known to answer: the lab's "internet". */
const outside: FlowEnd = { kind: "IP", ip: "198.51.100.10" };
/** 8080 is the workload's own, 53 and 9153 CoreDNS's, 10250 the kubelet's, 6443 the API server's; nobody listens on 9. */
const podPorts = [8080, 53, 9153, 9];
const nodePorts = [10250, 6443, 9];

/** Flows between whatever the cluster has: Pods, Nodes, Services and their node ports, an address outside; open ports and closed ones. */
export function randomFlows({ pods, nodes, services }: Snapshot): fc.Arbitrary<Flow> {
  if (!pods.known || !nodes.known || !services.known) throw new Error("the cluster was not read");
  const own = pods.value.filter(({ namespace, phase, ips, ready }) => {
    return !namespace.startsWith("netdoctor-") && phase === "Running" && ready && ips.length > 0;
  });
  const podEnds = own.map((pod) => podEnd(pod, pod.ips[0] ?? ""));
  const nodeEnds = nodes.value.map(
    ({ name, internalIPs }): FlowEnd => ({ kind: "Node", name, ip: internalIPs[0] ?? "" }),
  );
  const open = services.value.flatMap((service) => service.ports.flatMap(({ nodePort }) => nodePort ?? []));
  const targets: readonly Target[] = [
    ...podEnds.map((end) => ({ end, ports: podPorts })),
    ...nodeEnds.map((end) => ({ end, ports: [...nodePorts, ...open] })),
    ...services.value
      .filter(({ clusterIPs }) => clusterIPs.some((ip) => ip !== "None"))
      .map((service) => ({
        end: serviceEnd(service, service.clusterIPs[0] ?? ""),
        ports: [...service.ports.filter(({ protocol }) => protocol === "TCP").map(({ port }) => port), 9],
      })),
    { end: outside, ports: [80] },
  ];
  const onPodNetwork = podEnds.filter((end) => end.kind === "Pod" && !end.hostNetwork);
  const hosts = [...podEnds.filter((end) => end.kind === "Pod" && end.hostNetwork), ...nodeEnds];
  const sender = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...onPodNetwork) },
    { weight: 1, arbitrary: fc.constantFrom(...hosts) },
  );
  const target = fc.constantFrom(...targets);
  const tcp = fc
    .tuple(
      sender,
      target.chain(({ end, ports }) => fc.tuple(fc.constant(end), fc.constantFrom(...ports))),
    )
    .map(([from, [to, port]]) => flow({ purpose: "trace", from, to, protocol: "tcp", port }));
  const icmp = fc
    .tuple(
      sender,
      target.filter(({ end }) => end.kind !== "Service"),
    )
    .map(([from, { end }]) => flow({ purpose: "trace", from, to: end, protocol: "icmp" }));
  const resolver = [
    ...services.value.filter(({ name }) => name === "kube-dns").map((dns) => serviceEnd(dns, dns.clusterIPs[0] ?? "")),
    ...own.filter(({ labels }) => labels["k8s-app"] === "kube-dns").map((pod) => podEnd(pod, pod.ips[0] ?? "")),
  ];
  const question = { name: "kubernetes.default.svc.cluster.local.", type: "A" } as const;
  const dns = fc
    .tuple(sender, fc.constantFrom(...resolver), fc.constantFrom("udp" as const, "tcp" as const))
    .map(([from, to, protocol]) => flow({ purpose: "trace", from, to, protocol, port: 53, dns: question }));
  return fc.oneof(
    { weight: 6, arbitrary: tcp },
    { weight: 2, arbitrary: icmp },
    ...(resolver.length === 0 ? [] : [{ weight: 2, arbitrary: dns }]),
  );
}
