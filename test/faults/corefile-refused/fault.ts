import { breakCorefile, restoreCorefile } from "../coredns.ts";
import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "corefile-refused",
  story: "A directive of the Corefile was misspelt, and CoreDNS was restarted a day later.",
  lab: {},
  inject: (lab) => breakCorefile(lab, (corefile) => corefile.replace("forward .", "forwrad .")),
  prove: (lab) => cannotResolve(lab, "client-node1", "web"),
  expect: { id: "corefile-refused", kind: "ConfigMap", namespace: "kube-system", name: "coredns", severity: "error" },
  heal: async (lab) => {
    await restoreCorefile(lab);
    await waitUntilHealthy(lab);
  },
};
