import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { cannotResolve } from "../proof.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "external-name-target-missing",
  story: "Service shop/db stands for basket.shop.svc.cluster.local, a Service that is not there.",
  lab: {},
  inject: (lab) =>
    apply(lab, serviceWith("db", null, { type: "ExternalName", externalName: "basket.shop.svc.cluster.local" })),
  prove: (lab) => cannotResolve(lab, "client-node2", "db"),
  expect: { id: "external-name-unresolvable", kind: "Service", namespace: "shop", name: "db", severity: "error" },
  heal: (lab) => remove(lab, "service/db"),
};
