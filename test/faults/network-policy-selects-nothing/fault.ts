import type { Fault } from "../fault.ts";
import { closed, deletePolicy, webIsOpen } from "../network-policy.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "network-policy-selects-nothing",
  story: "The NetworkPolicy that should close web has a typo in its selector: it selects no Pod, and web is open.",
  lab: {},
  inject: (lab) => apply(lab, closed("web", { app: "wbe" })),
  prove: webIsOpen,
  expect: {
    id: "network-policy-selects-nothing",
    kind: "NetworkPolicy",
    namespace: "shop",
    name: "web",
    severity: "warning",
  },
  heal: (lab) => deletePolicy(lab, "web"),
};
