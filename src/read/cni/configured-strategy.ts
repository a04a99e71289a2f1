import type { CrossNodeStrategy } from "../../model/cni.ts";
import { asString, at, parseJson } from "../json-value.ts";
import { allConfigData, configData, valueOr } from "../known-parts.ts";
import type { Brand } from "./brands.ts";
import type { CniInput } from "./input.ts";

const FLANNEL_BACKENDS: Readonly<Record<string, CrossNodeStrategy>> = {
  vxlan: "vxlan",
  "host-gw": "direct-routing",
  wireguard: "wireguard",
  extension: "unknown",
  ipip: "ipip",
  alloc: "cloud",
};

/** The strategy as configured, for where no Node's routes tell it. */
export function configuredStrategy(input: CniInput, brand: Brand | null): CrossNodeStrategy {
  switch (brand?.name) {
    case "flannel":
    case "canal":
      return ofFlannel(input);
    case "calico":
      return ofCalico(input);
    case "cilium":
      return ofCilium(input);
    default:
      return brand?.untunnelled ?? "unknown";
  }
}

/** flanneld notes its backend on each Node; the ConfigMap has it too. */
function ofFlannel(input: CniInput): CrossNodeStrategy {
  const noted = valueOr(input.nodes, []).flatMap(
    ({ annotations }) => annotations["flannel.alpha.coreos.com/backend-type"] ?? [],
  );
  const configs = allConfigData(input).flatMap(([, data]) => {
    const parsed = parseJson(data["net-conf.json"] ?? "");
    return parsed.known ? asString(at(parsed.value, "Backend", "Type")).toLowerCase() || "udp" : [];
  });
  const type = noted.sort()[0] ?? configs.sort()[0] ?? "";
  return Object.hasOwn(FLANNEL_BACKENDS, type) ? (FLANNEL_BACKENDS[type] ?? "unknown") : "unknown";
}

/** IPPool.spec.vxlanMode and ipipMode: Never, Always or CrossSubnet. Without either, BGP carries the routes. */
function ofCalico({ customObjects }: CniInput): CrossNodeStrategy {
  const pools = valueOr(customObjects, []).filter(
    ({ kind, spec }) => kind === "IPPool" && at(spec, "disabled") !== true,
  );
  if (pools.length === 0) return "unknown";
  const on = (mode: string) => pools.some(({ spec }) => (asString(at(spec, mode)) || "Never") !== "Never");
  if (on("vxlanMode")) return "vxlan";
  return on("ipipMode") ? "ipip" : "bgp";
}

/** routing-mode and tunnel-protocol; before 1.14 `tunnel`, with vxlan as default (Documentation/network/concepts/routing.rst). */
function ofCilium(input: CniInput): CrossNodeStrategy {
  const data = configData(input, "kube-system/cilium-config");
  if (Object.keys(data).length === 0) return "unknown";
  if (["eni", "azure", "alibabacloud", "delegated-plugin"].includes(data.ipam ?? "")) return "cloud";
  const native = data["routing-mode"] === "native" || data.tunnel === "disabled";
  if (native) return data["auto-direct-node-routes"] === "true" ? "direct-routing" : "ebpf";
  const protocol = data["tunnel-protocol"] ?? data.tunnel ?? "vxlan";
  return protocol === "geneve" ? "geneve" : "vxlan";
}
