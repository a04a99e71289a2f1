import type { ConfigMap } from "../../model/kubernetes.ts";
import type { Learned } from "../../model/learned.ts";
import { asString } from "../json-value.ts";
import { configData } from "../known-parts.ts";
import { yamlAt } from "./yaml-value.ts";

interface WithConfigMaps {
  readonly configMaps: Learned<ReadonlyMap<string, ConfigMap>>;
}

/** A field of `networking` in what kubeadm keeps of its configuration (MasterConfiguration before 1.12); "" where there is none. */
export function kubeadmNetworking(input: WithConfigMaps, field: "podSubnet" | "serviceSubnet" | "dnsDomain"): string {
  const data = configData(input, "kube-system/kubeadm-config");
  return asString(yamlAt(data.ClusterConfiguration ?? data.MasterConfiguration ?? "", "networking", field));
}
