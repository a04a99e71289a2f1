import type { Node } from "../../model/kubernetes.ts";
import { asObjects, asString, asStringMap, asStrings, at, type JsonObject } from "../json-value.ts";
import { nameOf } from "./object-list.ts";

/** v1 Node. A Node without a Ready condition is not ready: its kubelet has never reported. */
export function readNode(item: JsonObject): Node | null {
  const name = nameOf(item);
  if (name === null) return null;
  const labels = asStringMap(at(item, "metadata", "labels"));
  const condition = conditionsOf(item);
  return {
    name,
    labels,
    annotations: asStringMap(at(item, "metadata", "annotations")),
    podCIDRs: podCIDRsOf(item),
    internalIPs: addressesOf(item, "InternalIP"),
    externalIPs: addressesOf(item, "ExternalIP"),
    hostname: addressesOf(item, "Hostname")[0] ?? name,
    ready: condition("Ready")?.status === "True",
    readyReason: [condition("Ready")?.reason, condition("Ready")?.message]
      .map((text) => asString(text))
      .filter((text) => text !== "")
      .join(": "),
    networkUnavailable: condition("NetworkUnavailable")?.status === "True",
    unschedulable: at(item, "spec", "unschedulable") === true,
    providerID: asString(at(item, "spec", "providerID")),
    os: nodeInfo(item, "operatingSystem") || labels["kubernetes.io/os"] || "linux",
    kubeletVersion: nodeInfo(item, "kubeletVersion"),
    runtime: nodeInfo(item, "containerRuntimeVersion"),
    podCapacity:
      quantityOf(at(item, "status", "allocatable", "pods")) ?? quantityOf(at(item, "status", "capacity", "pods")),
  };
}

function conditionsOf(item: JsonObject): (type: string) => JsonObject | undefined {
  const conditions = asObjects(at(item, "status", "conditions"));
  return (type) => conditions.find((condition) => condition.type === type);
}

function podCIDRsOf(item: JsonObject): readonly string[] {
  const all = asStrings(at(item, "spec", "podCIDRs"));
  const single = asString(at(item, "spec", "podCIDR"));
  return all.length > 0 || single === "" ? all : [single];
}

function addressesOf(item: JsonObject, type: string): readonly string[] {
  const addresses = asObjects(at(item, "status", "addresses")).filter((entry) => entry.type === type);
  return [...new Set(addresses.map((entry) => asString(entry.address)).filter((address) => address !== ""))];
}

function nodeInfo(item: JsonObject, field: string): string {
  return asString(at(item, "status", "nodeInfo", field));
}

/** A count as a resource quantity: "110", "1k" or a plain number. */
function quantityOf(value: unknown): number | null {
  const match = /^([0-9]{1,9})(k?)$/.exec(typeof value === "number" ? String(value) : asString(value));
  return match === null ? null : Number(match[1]) * (match[2] === "k" ? 1000 : 1);
}
