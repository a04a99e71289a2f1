import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { cannotResolve } from "../proof.ts";
import { apply } from "../workload.ts";

const alias = (name: string, to: string) =>
  serviceWith(name, null, { type: "ExternalName", externalName: `${to}.shop.svc.cluster.local` });

export const fault: Fault = {
  name: "external-name-loop",
  story: "shop/pay is an alias of shop/payment, and that one of shop/pay.",
  lab: {},
  inject: (lab) => apply(lab, alias("pay", "payment"), alias("payment", "pay")),
  prove: (lab) => cannotResolve(lab, "client-node1", "pay"),
  expect: { id: "external-name-loop", kind: "Service", namespace: "shop", name: "pay", severity: "error" },
  heal: (lab) => remove(lab, "service/pay", "service/payment"),
};
