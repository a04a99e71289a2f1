import { scaleCoreDns } from "../coredns.ts";
import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "coredns-scaled-to-zero",
  story: "Someone scaled CoreDNS to zero and did not scale it back.",
  lab: {},
  inject: (lab) => scaleCoreDns(lab, 0),
  prove: (lab) => cannotResolve(lab, "client-node1", "web"),
  expect: {
    id: "cluster-dns-without-replicas",
    kind: "Deployment",
    namespace: "kube-system",
    name: "coredns",
    severity: "error",
  },
  heal: async (lab) => {
    await scaleCoreDns(lab, 2);
    await waitUntilHealthy(lab);
  },
};
