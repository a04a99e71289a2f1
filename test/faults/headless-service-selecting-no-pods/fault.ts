import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { cannotResolve } from "../proof.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "headless-service-selecting-no-pods",
  story: "The headless Service shop/members selects a label that was renamed, so its name has no address.",
  lab: {},
  inject: (lab) => apply(lab, serviceWith("members", "webb", { clusterIP: "None" })),
  prove: (lab) => cannotResolve(lab, "client-node1", "members"),
  expect: { id: "service-selecting-no-pods", kind: "Service", namespace: "shop", name: "members", severity: "error" },
  heal: (lab) => remove(lab, "service/members"),
};
