import type { EndpointSlice, Service, Workload } from "../model/kubernetes.ts";

/** Services that answer DNS for Pods: kubeadm's label, which most distributions keep; OpenShift's operator's; the usual names. */
export function dnsServices(services: readonly Service[]): readonly Service[] {
  const onPort53 = services.filter(({ ports }) =>
    ports.some(({ port, protocol }) => port === 53 && protocol === "UDP"),
  );
  const labelled = onPort53.filter(
    ({ labels }) => labels["k8s-app"] === "kube-dns" || labels["dns.operator.openshift.io/owning-dns"] !== undefined,
  );
  if (labelled.length > 0) return labelled;
  return onPort53.filter(
    ({ namespace, name }) => namespace === "kube-system" && /^(kube-dns|coredns|rke2-coredns.*)$/.test(name),
  );
}

export interface DnsServer {
  readonly ip: string;
  /** Where it takes UDP queries, which need not be 53. */
  readonly port: number;
}

/** The ready endpoints behind the Services, by address and by the port that UDP 53 leads to. */
export function dnsServers(services: readonly Service[], slices: readonly EndpointSlice[]): readonly DnsServer[] {
  return services.flatMap((service) => {
    const name = service.ports.find(({ port, protocol }) => port === 53 && protocol === "UDP")?.name;
    return slices
      .filter((slice) => slice.namespace === service.namespace && slice.service === service.name)
      .flatMap(({ endpoints, ports }) => {
        const target = ports.find((port) => port.name === name && port.protocol === "UDP")?.port ?? null;
        if (target === null) return [];
        return endpoints
          .filter(({ ready }) => ready)
          .flatMap(({ addresses }) => addresses.slice(0, 1).map((ip) => ({ ip, port: target })));
      });
  });
}

/** NodeLocal DNSCache answers on an address of the Node; whether policies reach that is up to the enforcer (KEP-1024). */
export const hasNodeLocalDns = (workloads: readonly Pick<Workload, "name">[]): boolean =>
  workloads.some(({ name }) => /^node-?local-?dns/.test(name));
