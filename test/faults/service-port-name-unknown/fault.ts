import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { cannotGet } from "../proof.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "service-port-name-unknown",
  story: "Service shop/orders sends to the port named http, and no container of its Pods names a port so.",
  lab: {},
  inject: (lab) => apply(lab, serviceWith("orders", "web", { ports: [{ port: 80, targetPort: "http" }] })),
  prove: (lab) => cannotGet(lab, "client-node1", "http://orders/"),
  expect: { id: "service-port-name-unknown", kind: "Service", namespace: "shop", name: "orders", severity: "error" },
  heal: (lab) => remove(lab, "service/orders"),
};
