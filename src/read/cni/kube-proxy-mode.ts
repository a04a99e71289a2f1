import type { ClusterCni } from "../../model/cni.ts";
import type { NodeState } from "../../model/node.ts";
import { asString } from "../json-value.ts";
import { allConfigData, allNodeStates, valueOr } from "../known-parts.ts";
import { yamlAt } from "../ranges/yaml-value.ts";
import type { CniInput } from "./input.ts";

type Mode = ClusterCni["kubeProxyMode"];

/**
 * kube-proxy's mode by what stands on the Nodes; its configuration decides where several modes left rules, or none was read.
 * "none" only where Nodes were read and hold no rules of any mode.
 */
export function kubeProxyMode(input: CniInput): Mode {
  const states = allNodeStates(input);
  const seen = states.map(modesOn).filter((modes) => modes !== null);
  const counts = new Map<Mode, number>();
  for (const mode of seen.flat()) counts.set(mode, (counts.get(mode) ?? 0) + 1);
  const configured = configuredMode(input);
  if (counts.size === 0) return seen.length > 0 && configured === null ? "none" : (configured ?? "unknown");
  if (configured !== null && counts.has(configured)) return configured;
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return most?.[0] ?? "unknown";
}

/** The modes whose rules are there; null where the rules could not be read. IPVS also makes a KUBE-SERVICES chain. */
function modesOn(state: NodeState): readonly Mode[] | null {
  const modes: Mode[] = [];
  if (hasIpvs(state)) modes.push("ipvs");
  if (hasServiceChain(state) && !modes.includes("ipvs")) modes.push("iptables");
  if (state.nftables.known && state.nftables.value.tables.some(({ name }) => name === "kube-proxy"))
    modes.push("nftables");
  return modes.length === 0 && !(state.iptables.known && state.nftables.known) ? null : modes;
}

/** pkg/proxy/ipvs: the dummy device that holds every Service address, and its sets. */
function hasIpvs({ links, ipsets }: NodeState): boolean {
  const device = links.known && links.value.some(({ name }) => name === "kube-ipvs0");
  return device || (ipsets.known && ipsets.value.has("KUBE-CLUSTER-IP"));
}

/** pkg/proxy/iptables: KUBE-SERVICES in nat, and a rule that leads there. kubelet makes other KUBE- chains, not this one. */
function hasServiceChain({ iptables }: NodeState): boolean {
  if (!iptables.known) return false;
  return iptables.value.some(({ tables }) => (tables.get("nat")?.chains.get("KUBE-SERVICES")?.rules.length ?? 0) > 0);
}

/** KubeProxyConfiguration.mode, or --proxy-mode; null where there is no kube-proxy to be seen. */
function configuredMode(input: CniInput): Mode | null {
  const flags = [
    ...valueOr(input.workloads, [])
      .filter(({ name }) => /^kube-proxy/.test(name))
      .flatMap(({ args }) => args),
    ...allNodeStates(input).flatMap((state) =>
      valueOr(state.processes, [])
        .filter(({ name }) => name === "kube-proxy")
        .flatMap(({ args }) => args),
    ),
  ];
  const flag = flags.find((word) => word.startsWith("--proxy-mode="))?.slice("--proxy-mode=".length);
  const texts = allConfigData(input)
    .filter(([name]) => name.startsWith("kube-system/kube-proxy"))
    .map(([, data]) => data["config.conf"] ?? data.config ?? "");
  const runs = flags.length > 0 || valueOr(input.workloads, []).some(({ name }) => /^kube-proxy/.test(name));
  if (!runs) return null;
  const mode = flag ?? asString(texts.map((text) => yamlAt(text, "mode")).find((value) => value !== undefined));
  // "" is iptables on Linux (pkg/proxy/apis/config, ProxyMode).
  return (["iptables", "nftables", "ipvs"] as const).find((known) => known === (mode || "iptables")) ?? "unknown";
}
