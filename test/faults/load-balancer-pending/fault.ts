import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { apply } from "../workload.ts";

export const fault: Fault = {
  name: "load-balancer-pending",
  story: "Service shop/front asks for a load balancer, and nothing in this cluster provides one.",
  lab: {},
  inject: (lab) => apply(lab, serviceWith("front", "web", { type: "LoadBalancer" })),
  prove: async (lab) => {
    await sleep(5000);
    const given = ["get", "service", "front", "-o", "jsonpath={.status.loadBalancer.ingress}"];
    const address = await lab.kubectl(["-n", "shop", ...given]);
    if (address !== "") throw new Error(`nobody is hurt: front has ${address}`);
  },
  expect: { id: "load-balancer-pending", kind: "Service", namespace: "shop", name: "front", severity: "warning" },
  heal: (lab) => remove(lab, "service/front"),
};
