import type { NodeCni } from "../../model/cni.ts";
import type { Evidence } from "../../model/finding.ts";
import type { Node } from "../../model/kubernetes.ts";
import type { NodeState } from "../../model/node.ts";
import { type AddressFamily, parseAddress } from "../../net/cidr.ts";
import { encapsulationOverhead } from "../../net/mtu.ts";
import { brandOfConfig } from "./brand-of-config.ts";
import { type Brand, brandNamed } from "./brands.ts";
import { podMtuBytes, uplinkOf } from "./mtu.ts";
import { type PeerQuestion, type PeerStrategy, peerStrategy } from "./peer-strategy.ts";
import { isConfigName, type UsedConfig, usedConfig } from "./used-config.ts";

export interface NodeQuestion extends Omit<PeerQuestion, "brand"> {
  readonly node: Node | null;
  /** The brand that the cluster's workloads belong to, if any. */
  readonly byWorkloads: Brand | null;
  readonly singleNode: boolean;
}

export type NodeAlone = Omit<NodeCni, "agent" | "kubeProxy">;

/** One Node's CNI from its own files, devices and routes. */
export function nodeCni(question: NodeQuestion): NodeAlone {
  const { state, node, singleNode } = question;
  const used = usedConfig(state);
  const brand = brandOf(used, question);
  const found = peerStrategy({ ...question, brand });
  const uplink = uplinkOf(state, node?.internalIPs ?? []);
  const strategy = singleNode ? "single-node" : found.strategy;
  const overhead = encapsulationOverhead(strategy, outerFamily(found, node));
  return {
    node: state.node,
    file: used?.file ?? null,
    name: brand?.name ?? "unknown",
    plugins:
      used === null
        ? []
        : used.wrapper === null
          ? used.types
          : [used.wrapper, ...used.types.filter((type) => type !== used.wrapper)],
    strategy,
    tunnelDevice: found.device?.name ?? null,
    tunnelPort: tunnelPort(found),
    podMtuBytes: podMtuBytes(state, used),
    uplinkMtuBytes: uplink?.mtuBytes ?? null,
    overheadBytes: overhead?.bytes ?? 0,
    evidence: [...fileEvidence(state, used), ...found.evidence],
    unknown: reasons(state, used, brand, singleNode ? null : found.unknown),
  };
}

function brandOf(used: UsedConfig | null, { state, byWorkloads }: NodeQuestion): Brand | null {
  const byFile = used === null ? null : brandOfConfig(used.config, used.types);
  if (used === null) return byWorkloads ?? null;
  if (byFile?.name !== "calico") return byFile;
  // Canal's file is Calico's with host-local addresses; what makes it Canal is flannel's device or its own DaemonSet.
  const ipam = used.config.plugins.find(({ type }) => type === "calico")?.ipamType;
  const flannel = state.links.known && state.links.value.some(({ name }) => /^flannel/.test(name));
  return ipam === "host-local" && (flannel || byWorkloads?.name === "canal") ? brandNamed("canal") : byFile;
}

function outerFamily({ device }: PeerStrategy, node: Node | null): AddressFamily {
  return parseAddress(device?.vxlan?.local ?? node?.internalIPs[0] ?? "")?.family ?? "IPv4";
}

/** A VXLAN device knows its port; Open vSwitch writes it into the name of the device it makes (lib/dpif-netlink.c). */
function tunnelPort({ device }: PeerStrategy): number | null {
  if (device === null) return null;
  const named = /^(?:genev|vxlan)_sys_([0-9]{1,5})$/.exec(device.name)?.[1];
  return device.vxlan?.port ?? (named === undefined ? null : Number(named));
}

function fileEvidence(state: NodeState, used: UsedConfig | null): readonly Evidence[] {
  if (used === null) return [];
  const { file, config, types, network } = used;
  const ipam = config.plugins.flatMap(({ ipamType }) => ipamType ?? []);
  const value = `network ${config.name || "(unnamed)"}, plugins ${types.join(", ")}${ipam.length > 0 ? `, ipam ${ipam.join(", ")}` : ""}`;
  const source = `node/${state.node}/cni-conf/${network.file}`;
  return [{ source, where: file === network.file ? file : `${file} delegates to ${network.file}`, value }];
}

function reasons(
  state: NodeState,
  used: UsedConfig | null,
  brand: Brand | null,
  strategy: string | null,
): readonly string[] {
  const files = state.cniConfigs.known ? state.cniConfigs.value : [];
  const refused = files.flatMap(({ file, config }) => {
    const before = isConfigName(file) && (used === null || file < used.file);
    return before && !config.known ? [{ file, ...config }] : [];
  });
  const all: string[] = [];
  if (!state.cniConfigs.known) all.push(`the CNI configuration: ${state.cniConfigs.detail || state.cniConfigs.reason}`);
  else if (used === null && refused.every(({ reason }) => reason === "unparsable"))
    all.push(`no valid file in ${state.cniConfDir.known ? state.cniConfDir.value : "the CNI directory"}`);
  else if (used !== null && brand === null) all.push(`no CNI known here has the plugin ${used.types[0] ?? ""}`);
  for (const { file, reason, detail } of refused) {
    all.push(`${file} ${reason === "unparsable" ? "is not valid" : "could not be read"}: ${detail}`);
  }
  if (strategy !== null) all.push(`the way to other Nodes: ${strategy}`);
  return all;
}
