import type { Fault } from "../fault.ts";
import { cannotGet, hears } from "../proof.ts";
import { apply, service } from "../workload.ts";

export const fault: Fault = {
  name: "service-selecting-no-pods",
  story: "The selector of Service shop/cart has a typo: no Pod carries that label.",
  lab: {},
  inject: (lab) => apply(lab, service("cart", { app: "wbe" }, 8080)),
  prove: (lab) => cannotGet(lab, "client-node1", "http://cart/"),
  expect: { id: "service-selecting-no-pods", kind: "Service", namespace: "shop", name: "cart", severity: "error" },
  heal: async (lab) => {
    await apply(lab, service("cart", { app: "web" }, 8080));
    await lab.waitFor("an answer from cart", () => hears(lab, "client-node1", ["http://cart/"]));
    await lab.kubectl(["-n", "shop", "delete", "service", "cart"]);
  },
};
