import type { CustomObject } from "../../model/kubernetes.ts";
import { asArray, asObjects, asString, asStrings, at } from "../json-value.ts";
import { byName, configData, valueOr } from "../known-parts.ts";
import { type ClaimOrigin, claimAll, type RangeClaim, type RangesInput } from "./claim.ts";

const POOL = { role: "pod", extent: "pool", authority: "cni" } as const;

/** Where an object of a CNI's own API names a range that Pods get addresses from. */
interface PoolKind {
  readonly kind: string;
  readonly where: string;
  cidrs(spec: unknown, status: unknown): readonly string[];
  isPool?(object: CustomObject): boolean;
}

const POOL_KINDS: readonly PoolKind[] = [
  {
    // Calico: a disabled pool gives out no address, but those given out before stay in use.
    kind: "IPPool",
    where: "spec.cidr",
    cidrs: (spec) => [asString(at(spec, "cidr"))],
    isPool: ({ spec }) => at(spec, "disabled") !== true,
  },
  {
    kind: "CiliumPodIPPool",
    where: "spec.ipv4.cidrs",
    cidrs: (spec) => [...asStrings(at(spec, "ipv4", "cidrs")), ...asStrings(at(spec, "ipv6", "cidrs"))],
  },
  {
    // OpenShift: config.openshift.io/v1 Network.
    kind: "Network",
    where: "spec.clusterNetwork",
    cidrs: (spec) => asObjects(at(spec, "clusterNetwork")).map((entry) => asString(entry.cidr)),
  },
  {
    // Kube-OVN: "join" connects Nodes to Pods and has no Pods in it.
    kind: "Subnet",
    where: "spec.cidrBlock",
    cidrs: (spec) => [asString(at(spec, "cidrBlock"))],
    isPool: ({ name }) => name !== "join",
  },
];

/** The ranges that a CNI with its own address management draws from. */
export function poolClaims(input: RangesInput): readonly RangeClaim[] {
  return [...fromCustomObjects(input), ...fromCiliumConfig(input), ...fromWeave(input)];
}

function fromCustomObjects({ customObjects }: RangesInput): readonly RangeClaim[] {
  const objects = [...valueOr(customObjects, [])].sort(byName);
  return POOL_KINDS.flatMap(({ kind, where, cidrs, isPool }) =>
    objects
      .filter((object) => object.kind === kind && (isPool === undefined || isPool(object)))
      .flatMap(({ name, spec, status }) =>
        claimAll(cidrs(spec, status).join(","), {
          ...POOL,
          source: `${kind} ${name} ${where}`,
          confidence: "certain",
          capture: "api/custom",
          where: `${kind} ${name} ${where}`,
        }),
      ),
  );
}

/** IPAM modes of Cilium in which cluster-pool-* counts (Documentation/network/concepts/ipam). */
const CLUSTER_POOL_MODES: readonly unknown[] = ["cluster-pool", "cluster-pool-v2beta", undefined, ""];

function fromCiliumConfig(input: RangesInput): readonly RangeClaim[] {
  const data = configData(input, "kube-system/cilium-config");
  if (!CLUSTER_POOL_MODES.includes(data.ipam)) return [];
  return ["cluster-pool-ipv4-cidr", "cluster-pool-ipv6-cidr"].flatMap((key) => {
    const family = key.includes("ipv4") ? "enable-ipv4" : "enable-ipv6";
    if (data[family] === "false") return [];
    return claimAll(data[key] ?? "", {
      ...POOL,
      source: `ConfigMap kube-system/cilium-config ${key}`,
      confidence: "certain",
      capture: "api/configmaps",
      where: `kube-system/cilium-config ${key}`,
    });
  });
}

/** weave's own default where IPALLOC_RANGE is not set (prog/weave-kube/launch.sh). */
const WEAVE_DEFAULT = "10.32.0.0/12";

function fromWeave({ settings, cni }: RangesInput): readonly RangeClaim[] {
  const ranges = settings.filter(({ component, option }) => component === "weave" && option === "$IPALLOC_RANGE");
  const named = ranges.flatMap(({ value, from, capture }) => {
    const place = `${from} IPALLOC_RANGE`;
    return claimAll(value, { ...POOL, source: place, confidence: "certain", capture, where: place });
  });
  if (named.length > 0 || !cni.known || cni.value.name !== "weave") return named;
  const origin: ClaimOrigin = {
    ...POOL,
    source: "default of Weave Net",
    confidence: "configured",
    capture: "api/daemonsets",
    where: "weave-net has no IPALLOC_RANGE",
  };
  return claimAll(WEAVE_DEFAULT, origin);
}

/** The block size of a Calico pool: 26 for IPv4, 122 for IPv6 unless it says otherwise (libcalico-go, IPPoolSpec). */
export function blockPrefixLength(pool: CustomObject): number {
  const set = at(pool.spec, "blockSize");
  if (typeof set === "number") return set;
  return asString(at(pool.spec, "cidr")).includes(":") ? 122 : 26;
}

/** The podCIDRs that Cilium's operator gave a Node. */
export function ciliumPodCIDRs(node: CustomObject): readonly string[] {
  const pools = asArray(at(node.spec, "ipam", "pools", "allocated"));
  return [...asStrings(at(node.spec, "ipam", "podCIDRs")), ...pools.flatMap((pool) => asStrings(at(pool, "cidrs")))];
}
