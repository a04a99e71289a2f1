import type { Fault } from "../fault.ts";
import { closed, deletePolicy, webIsOpen } from "../network-policy.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "network-policy-not-enforced",
  story:
    "Namespace shop was closed by a NetworkPolicy, and flannel does not know of policies: everybody still gets in.",
  lab: {},
  inject: (lab) => apply(lab, closed("default-deny")),
  prove: webIsOpen,
  expect: { id: "network-policy-not-enforced", kind: "Cluster", name: "cluster", severity: "warning" },
  heal: (lab) => deletePolicy(lab, "default-deny"),
};
