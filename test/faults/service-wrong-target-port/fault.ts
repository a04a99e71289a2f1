import type { Fault } from "../fault.ts";
import { cannotGet, hears } from "../proof.ts";
import { apply, service } from "../workload.ts";

export const fault: Fault = {
  name: "service-wrong-target-port",
  story: "Service shop/checkout sends to port 9090 of its Pods, which listen on 8080.",
  lab: {},
  inject: (lab) => apply(lab, service("checkout", { app: "web" }, 9090)),
  prove: (lab) => cannotGet(lab, "client-node1", "http://checkout/"),
  expect: { id: "service-target-port-closed", kind: "Service", namespace: "shop", name: "checkout", severity: "error" },
  heal: async (lab) => {
    await apply(lab, service("checkout", { app: "web" }, 8080));
    await lab.waitFor("an answer from checkout", () => hears(lab, "client-node1", ["http://checkout/"]));
    await lab.kubectl(["-n", "shop", "delete", "service", "checkout"]);
  },
};
