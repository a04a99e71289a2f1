import type { Fault } from "../fault.ts";
import { alwaysFails, works } from "../proof.ts";

const ping = (address: string) => ["ping", "-c", "1", "-W", "1", address];

/** Addresses in the Pod range are not masqueraded, so a machine beside the Nodes gets Pod addresses it cannot answer. */
export const fault: Fault = {
  name: "pod-cidr-overlapping-node-network",
  story: "The cluster was made with a Pod range that contains the network its Nodes are in.",
  lab: { podCidr: "10.244.0.0/16", nodeNet: "10.244.200", nodes: 2 },
  inject: async () => {},
  prove: async (lab) => {
    await alwaysFails(lab, "client-node2", ping("10.244.200.1"));
    await works(lab, "client-node2", ping("198.51.100.10"));
  },
  expect: { id: "pod-cidr-overlapping-node-network", kind: "Cluster", name: "cluster", severity: "error" },
  heal: "lab-down",
};
