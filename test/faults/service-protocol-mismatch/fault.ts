import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { cannotGet } from "../proof.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "service-protocol-mismatch",
  story: "The port of Service shop/feed was declared as UDP, and its Pods speak TCP.",
  lab: {},
  inject: (lab) => apply(lab, serviceWith("feed", "web", { ports: [{ port: 80, targetPort: 8080, protocol: "UDP" }] })),
  prove: (lab) => cannotGet(lab, "client-node1", "http://feed/"),
  expect: { id: "service-target-port-closed", kind: "Service", namespace: "shop", name: "feed", severity: "error" },
  heal: (lab) => remove(lab, "service/feed"),
};
