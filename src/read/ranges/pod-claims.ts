import { asString, at, parseJson } from "../json-value.ts";
import { allConfigData, allNodeStates, valueOr } from "../known-parts.ts";
import { type ClaimOrigin, claimAll, type RangeClaim, type RangesInput } from "./claim.ts";
import { kubeadmNetworking } from "./kubeadm-networking.ts";
import { podParts } from "./pod-parts.ts";
import { poolClaims } from "./pool-claims.ts";
import { yamlAt } from "./yaml-value.ts";

const CLUSTER = { role: "pod", extent: "whole", authority: "cluster" } as const;

/** What every source says about the Pod ranges, most trusted first. */
export function podClaims(input: RangesInput): readonly RangeClaim[] {
  return [
    ...poolClaims(input),
    ...fromFlags(input),
    ...fromFlannel(input),
    ...fromSubnetEnv(input),
    ...fromKubeadm(input),
    ...fromKubeProxy(input),
    ...podParts(input),
  ];
}

const FLAGS: readonly (readonly [component: string, authority: RangeClaim["authority"]])[] = [
  ["kube-controller-manager", "cluster"],
  ["cloud-controller-manager", "cluster"],
  ["k3s", "cluster"],
  ["kube-proxy", "kube-proxy"],
];

function fromFlags({ settings }: RangesInput): readonly RangeClaim[] {
  return FLAGS.flatMap(([component, authority]) =>
    settings
      .filter((setting) => setting.component === component && setting.option === "--cluster-cidr")
      .flatMap(({ value, from, capture }) => {
        const confidence = authority === "cluster" ? "certain" : "configured";
        const place = `${from} --cluster-cidr`;
        return claimAll(value, { ...CLUSTER, authority, confidence, capture, source: place, where: place });
      }),
  );
}

/** flannel's net-conf.json (Documentation/configuration.md); each Node's podCIDR must lie inside. */
function fromFlannel(input: RangesInput): readonly RangeClaim[] {
  return allConfigData(input).flatMap(([name, data]) => {
    const parsed = parseJson(data["net-conf.json"] ?? "");
    if (!parsed.known) return [];
    return ["Network", "IPv6Network"].flatMap((field) =>
      claimAll(asString(at(parsed.value, field)), {
        ...CLUSTER,
        source: `ConfigMap ${name} net-conf.json ${field}`,
        confidence: "configured",
        capture: "api/configmaps",
        where: `${name} net-conf.json ${field}`,
      }),
    );
  });
}

/** What flanneld wrote for its CNI plugin on each Node; Nodes that say the same are one claim. */
function fromSubnetEnv(input: RangesInput): readonly RangeClaim[] {
  const seen = new Set<string>();
  return allNodeStates(input).flatMap((state) => {
    const files = [...valueOr(state.cniFiles, new Map<string, string>())];
    return files.flatMap(([path, text]) => {
      const match = path.endsWith("subnet.env") ? /^FLANNEL_NETWORK=(\S+)$/m.exec(text) : null;
      if (match?.[1] === undefined || seen.has(match[1])) return [];
      seen.add(match[1]);
      return claimAll(match[1], {
        ...CLUSTER,
        source: `Node ${state.node} ${path} FLANNEL_NETWORK`,
        confidence: "certain",
        capture: `node/${state.node}/cni-file/${path.replace(/^\//, "")}`,
        where: "FLANNEL_NETWORK",
      });
    });
  });
}

function fromKubeadm(input: RangesInput): readonly RangeClaim[] {
  return claimAll(kubeadmNetworking(input, "podSubnet"), {
    ...CLUSTER,
    source: "ConfigMap kube-system/kubeadm-config networking.podSubnet",
    confidence: "configured",
    capture: "api/configmaps",
    where: "kube-system/kubeadm-config ClusterConfiguration networking.podSubnet",
  });
}

/** kube-proxy takes traffic from outside of this range for traffic that is not from Pods, and masquerades it. */
function fromKubeProxy(input: RangesInput): readonly RangeClaim[] {
  return allConfigData(input).flatMap(([name, data]) => {
    const key = ["config.conf", "config", "kube-proxy-config.yaml"].find((candidate) => data[candidate] !== undefined);
    if (!name.startsWith("kube-system/kube-proxy") || key === undefined) return [];
    const origin: ClaimOrigin = {
      ...CLUSTER,
      authority: "kube-proxy",
      source: `ConfigMap ${name} clusterCIDR`,
      confidence: "configured",
      capture: "api/configmaps",
      where: `${name} ${key} clusterCIDR`,
    };
    return claimAll(asString(yamlAt(data[key] ?? "", "clusterCIDR")), origin);
  });
}
