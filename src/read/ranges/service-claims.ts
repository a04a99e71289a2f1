import { asStrings, at } from "../json-value.ts";
import { byName, valueOr } from "../known-parts.ts";
import { claimAll, type RangeClaim, type RangesInput } from "./claim.ts";
import { kubeadmNetworking } from "./kubeadm-networking.ts";

const SERVICE = { role: "service", authority: "cluster" } as const;

/** What every source says about the Service ranges, most trusted first. */
export function serviceClaims(input: RangesInput): readonly RangeClaim[] {
  return [...fromServiceCIDRs(input), ...fromFlags(input), ...fromOpenShift(input), ...fromKubeadm(input)];
}

/** The API server allocates from these and from nothing else (KEP-1880). */
function fromServiceCIDRs({ serviceCIDRs }: RangesInput): readonly RangeClaim[] {
  return [...valueOr(serviceCIDRs, [])].sort(byName).flatMap(({ name, cidrs }) =>
    claimAll(cidrs.join(","), {
      ...SERVICE,
      extent: "pool",
      source: `ServiceCIDR ${name}`,
      confidence: "certain",
      capture: "api/servicecidrs",
      where: `${name} spec.cidrs`,
    }),
  );
}

const FLAGS: readonly (readonly [component: string, option: string, confidence: "certain" | "configured"])[] = [
  ["kube-apiserver", "--service-cluster-ip-range", "certain"],
  ["k3s", "--service-cidr", "certain"],
  ["kube-controller-manager", "--service-cluster-ip-range", "configured"],
];

function fromFlags({ settings }: RangesInput): readonly RangeClaim[] {
  return FLAGS.flatMap(([component, option, confidence]) =>
    settings
      .filter((setting) => setting.component === component && setting.option === option)
      .flatMap(({ value, from, capture }) => {
        const origin = { ...SERVICE, extent: "whole", confidence, capture, where: `${from} ${option}` } as const;
        return claimAll(value, { ...origin, source: `${from} ${option}` });
      }),
  );
}

/** config.openshift.io/v1 Network "cluster". */
function fromOpenShift({ customObjects }: RangesInput): readonly RangeClaim[] {
  const networks = valueOr(customObjects, []).filter(({ kind, name }) => kind === "Network" && name === "cluster");
  return networks.flatMap(({ spec, status }) => {
    const cidrs = [...asStrings(at(status, "serviceNetwork")), ...asStrings(at(spec, "serviceNetwork"))];
    return claimAll([...new Set(cidrs)].join(","), {
      ...SERVICE,
      extent: "whole",
      source: "Network cluster serviceNetwork",
      confidence: "configured",
      capture: "api/custom/networks.config.openshift.io",
      where: "cluster status.serviceNetwork",
    });
  });
}

function fromKubeadm(input: RangesInput): readonly RangeClaim[] {
  return claimAll(kubeadmNetworking(input, "serviceSubnet"), {
    ...SERVICE,
    extent: "whole",
    source: "ConfigMap kube-system/kubeadm-config networking.serviceSubnet",
    confidence: "configured",
    capture: "api/configmaps",
    where: "kube-system/kubeadm-config ClusterConfiguration networking.serviceSubnet",
  });
}
