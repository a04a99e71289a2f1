import type { LabSettings } from "../faults/lab.ts";
import type { TrapSet } from "./trap.ts";

/** Two Nodes have every path that three have. */
const nodes = 2;

/** Every CNI of the lab with each mode of kube-proxy, and IPv6 beside IPv4. */
const labs = {
  "flannel-iptables": {},
  "flannel-nftables": { proxyMode: "nftables" },
  "host-gw-iptables": { nodes, cni: "flannel-host-gw" },
  "host-gw-nftables": { nodes, cni: "flannel-host-gw", proxyMode: "nftables" },
  "bridge-iptables": { nodes, cni: "bridge" },
  "bridge-nftables": { nodes, cni: "bridge", proxyMode: "nftables" },
  "dual-stack": { nodes, dualStack: true },
} as const satisfies Readonly<Record<string, LabSettings>>;

type Kind = keyof typeof labs;

/** A healthy cluster is a set without a trap. */
export const healthy = (kind: Kind): TrapSet => ({ name: `healthy-${kind}`, lab: labs[kind], traps: [] });

const isKind = (name: string): name is Kind => name in labs;
export const healthySets: readonly TrapSet[] = Object.keys(labs).filter(isKind).map(healthy);
