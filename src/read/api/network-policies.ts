import type { NetworkPolicy } from "../../model/kubernetes.ts";
import { asArray, asObject, asStrings, at, type JsonObject } from "../json-value.ts";
import { nameOf, namespaceOf } from "./object-list.ts";

/** networking/v1 NetworkPolicy. `spec` stays as served; src/policy gives it its meaning. */
export function readNetworkPolicy(item: JsonObject): NetworkPolicy | null {
  const name = nameOf(item);
  if (name === null) return null;
  const spec = asObject(item.spec);
  return {
    namespace: namespaceOf(item),
    name,
    policyTypes: policyTypesOf(spec),
    podSelector: asObject(at(spec, "podSelector")),
    spec,
  };
}

/** Without policyTypes: Ingress always, Egress where there is an egress rule (networking/v1 types.go, PolicyTypes). */
function policyTypesOf(spec: JsonObject): readonly ("Ingress" | "Egress")[] {
  const named = asStrings(spec.policyTypes);
  const types = (["Ingress", "Egress"] as const).filter((type) => named.includes(type));
  if (types.length > 0) return types;
  return asArray(spec.egress).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}
