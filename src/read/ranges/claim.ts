import type { ClusterCni } from "../../model/cni.ts";
import type { ConfigMap, CustomObject, Node, Pod, Service, ServiceCIDR } from "../../model/kubernetes.ts";
import type { Learned } from "../../model/learned.ts";
import type { NodeState } from "../../model/node.ts";
import type { Range, RangeSource } from "../../model/ranges.ts";
import { type Cidr, parseCidr } from "../../net/cidr.ts";
import type { ComponentSetting } from "../api/component-settings.ts";
import { compareText } from "../known-parts.ts";

/** All that ranges are read from. `settings` are the flags of cluster components, from wherever they were seen. */
export interface RangesInput {
  readonly nodes: Learned<readonly Node[]>;
  readonly pods: Learned<readonly Pod[]>;
  readonly services: Learned<readonly Service[]>;
  readonly serviceCIDRs: Learned<readonly ServiceCIDR[]>;
  readonly configMaps: Learned<ReadonlyMap<string, ConfigMap>>;
  readonly customObjects: Learned<readonly CustomObject[]>;
  readonly nodeStates: Learned<ReadonlyMap<string, NodeState>>;
  readonly settings: readonly ComponentSetting[];
  readonly cni: Learned<ClusterCni>;
}

/** Who says what about a role's range. Claims are listed in order of trust. */
export interface RangeClaim {
  readonly role: Range["role"];
  readonly cidr: Cidr;
  /** whole = says it is the one range of its family; pool = one of several; part = a piece of a range. */
  readonly extent: "whole" | "pool" | "part";
  /** The CNI's own pools, the range that the cluster deals out to Nodes, what kube-proxy takes for it, what is in use. */
  readonly authority: "cni" | "cluster" | "kube-proxy" | "observed";
  readonly source: RangeSource;
}

export type ClaimOrigin = Omit<RangeClaim, "cidr" | "source"> & {
  readonly source: string;
  readonly confidence: RangeSource["confidence"];
  readonly capture: string;
  readonly where: string;
};

/** A claim for every CIDR of a list as flags and files write it: separated by commas or spaces. What is no CIDR is left out. */
export function claimAll(text: string, origin: ClaimOrigin): readonly RangeClaim[] {
  return text
    .split(/[\s,]+/)
    .map(parseCidr)
    .filter((cidr) => cidr !== null)
    .map((cidr) => claim(cidr, origin));
}

export function claim(cidr: Cidr, origin: ClaimOrigin): RangeClaim {
  const { role, extent, authority, source, confidence, capture, where } = origin;
  const evidence = { source: capture, where, value: cidr.text };
  return { role, cidr, extent, authority, source: { cidr: cidr.text, source, confidence, evidence } };
}

/** By family, then address, then the wider first. */
export function compareCidrs(a: Cidr, b: Cidr): number {
  if (a.family !== b.family) return compareText(a.family, b.family);
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.prefixLength - b.prefixLength;
}
