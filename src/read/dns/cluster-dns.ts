import type { ClusterDns, Corefile } from "../../model/dns.ts";
import type { ConfigMap } from "../../model/kubernetes.ts";
import { known, type Learned } from "../../model/learned.ts";
import type { NodeState } from "../../model/node.ts";
import { allConfigData, allNodeStates } from "../known-parts.ts";
import { kubeadmNetworking } from "../ranges/kubeadm-networking.ts";
import { readCorefile } from "./corefile.ts";

export interface DnsInput {
  readonly configMaps: Learned<ReadonlyMap<string, ConfigMap>>;
  readonly nodeStates: Learned<ReadonlyMap<string, NodeState>>;
}

/** The ConfigMaps of the distributions, the most usual first; any other with a Corefile comes after them. */
const CONFIG_MAPS = ["kube-system/coredns", "kube-system/rke2-coredns-rke2-coredns", "openshift-dns/dns-default"];
/** NodeLocal DNSCache has a Corefile of its own, which sends everything to the cluster's DNS by design. */
const NODE_LOCAL = /node-?local/;

/** The cluster's DNS as configured; unknown where the ConfigMaps are. */
export function readClusterDns(input: DnsInput): Learned<ClusterDns> {
  if (!input.configMaps.known) return input.configMaps;
  const config = corefileOf(input);
  return known({ ...domainOf(input, config?.corefile ?? null), config });
}

function corefileOf(input: DnsInput): ClusterDns["config"] {
  const rank = (name: string) => (CONFIG_MAPS.includes(name) ? CONFIG_MAPS.indexOf(name) : CONFIG_MAPS.length);
  const candidates = allConfigData(input)
    .filter(([name, data]) => data.Corefile !== undefined && !NODE_LOCAL.test(name))
    .sort(([a], [b]) => rank(a) - rank(b));
  const [first] = candidates;
  return first === undefined ? null : { configMap: first[0], corefile: readCorefile(first[1].Corefile ?? "") };
}

/** kubelet writes it into Pods' resolv.conf and so decides; then what kubeadm was told; then what CoreDNS serves. */
function domainOf(
  input: DnsInput,
  corefile: Learned<Corefile> | null,
): { readonly domain: string; readonly domainSource: string } {
  for (const { node, kubelet } of allNodeStates(input)) {
    if (kubelet.known && kubelet.value.clusterDomain !== "") {
      return { domain: bare(kubelet.value.clusterDomain), domainSource: `node/${node}/kubelet-config clusterDomain` };
    }
  }
  const named = kubeadmNetworking(input, "dnsDomain");
  if (named !== "")
    return { domain: bare(named), domainSource: "ConfigMap kube-system/kubeadm-config networking.dnsDomain" };
  const served = corefile?.known ? servedDomain(corefile.value) : null;
  if (served !== null) return { domain: bare(served), domainSource: "Corefile plugin kubernetes" };
  return { domain: "cluster.local", domainSource: "default" };
}

function servedDomain({ servers }: Corefile): string | null {
  const plugins = servers.flatMap((server) => server.plugins.filter(({ name }) => name === "kubernetes"));
  const zones = plugins.flatMap(({ args }) => args);
  return zones.find((zone) => !/(in-addr|ip6)\.arpa\.?$|\/|\{/.test(zone)) ?? null;
}

function bare(domain: string): string {
  return domain.toLowerCase().replace(/\.$/, "");
}
