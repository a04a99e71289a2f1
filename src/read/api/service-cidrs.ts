import type { ServiceCIDR } from "../../model/kubernetes.ts";
import { asStrings, at, type JsonObject } from "../json-value.ts";
import { nameOf } from "./object-list.ts";

/** networking/v1 ServiceCIDR (KEP-1880). Null without any CIDR. */
export function readServiceCIDR(item: JsonObject): ServiceCIDR | null {
  const name = nameOf(item);
  const cidrs = asStrings(at(item, "spec", "cidrs"));
  return name === null || cidrs.length === 0 ? null : { name, cidrs };
}
