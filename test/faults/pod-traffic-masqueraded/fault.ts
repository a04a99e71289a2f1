import type { Fault } from "../fault.ts";
import type { Lab } from "../lab.ts";
import { waitUntilHealthy, webUrl } from "../workload.ts";

const rule = ["-s", "10.244.0.0/16", "-d", "10.244.0.0/16", "-j", "MASQUERADE"];

/** The client's address as the web Pod of node3 sees it. */
async function seenFrom(lab: Lab): Promise<string> {
  const ran = await lab.tryPod("client-node2", ["curl", "-sS", "-m", "5", `${await webUrl(lab, "node3")}clientip`]);
  return ran.output.replace(/:\d+$/, "");
}

export const fault: Fault = {
  name: "pod-traffic-masqueraded",
  story: "A masquerade rule of node2 lacks the exception for the Pod network: Pods elsewhere see the Node.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["iptables", "-t", "nat", "-I", "POSTROUTING", "1", ...rule]);
  },
  prove: async (lab) => {
    const own = await lab.kubectl(["-n", "shop", "get", "pod", "client-node2", "-o", "jsonpath={.status.podIP}"]);
    const seen = await seenFrom(lab);
    if (seen === "" || seen === own) throw new Error(`nobody is hurt: client-node2 is seen as ${seen}`);
  },
  expect: { id: "pod-traffic-translated", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["iptables", "-t", "nat", "-D", "POSTROUTING", ...rule]);
    await waitUntilHealthy(lab);
  },
};
