import { changeCorefile, restoreCorefile } from "../coredns.ts";
import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "corefile-other-domain",
  story: "The cluster domain was changed in the Corefile and nowhere else.",
  lab: {},
  inject: (lab) =>
    changeCorefile(lab, (corefile) => corefile.replace("kubernetes cluster.local", "kubernetes cluster.internal")),
  prove: async (lab) => {
    await Promise.all([cannotResolve(lab, "client-node1", "web"), cannotResolve(lab, "client-node3", "web")]);
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
