import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { cannotResolve } from "../proof.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "external-name-unresolvable",
  story: "Service shop/db stands for a host outside whose name nobody knows.",
  lab: {},
  inject: (lab) => apply(lab, serviceWith("db", null, { type: "ExternalName", externalName: "db.corp.invalid" })),
  prove: (lab) => cannotResolve(lab, "client-node2", "db"),
  expect: { id: "external-name-unresolvable", kind: "Service", namespace: "shop", name: "db", severity: "error" },
  heal: (lab) => remove(lab, "service/db"),
};
