import { changeCorefile, restoreCorefile } from "../coredns.ts";
import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "corefile-without-kubernetes",
  story: "The kubernetes plugin was lost when the Corefile was rewritten, so no Service has a name.",
  lab: {},
  inject: (lab) => changeCorefile(lab, (corefile) => corefile.replace(/\n\s*kubernetes [^{]*\{[^}]*\}/, "")),
  prove: async (lab) => {
    await Promise.all([
      cannotResolve(lab, "client-node1", "web"),
      cannotResolve(lab, "client-node2", "kubernetes.default.svc.cluster.local"),
    ]);
  },
  expect: {
    id: "corefile-without-kubernetes-plugin",
    kind: "ConfigMap",
    namespace: "kube-system",
    name: "coredns",
    severity: "error",
  },
  heal: async (lab) => {
    await restoreCorefile(lab);
    await waitUntilHealthy(lab);
  },
};
