import { changeCorefile, restoreCorefile } from "../coredns.ts";
import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "corefile-rewrite-too-wide",
  story: "A rewrite meant for one old domain takes in every name of the cluster.",
  lab: {},
  inject: (lab) =>
    changeCorefile(lab, (corefile) =>
      corefile.replace(
        /\n(\s*)kubernetes /,
        "\n$1rewrite stop name suffix .svc.cluster.local .svc.old.internal\n$1kubernetes ",
      ),
    ),
  prove: async (lab) => {
    await Promise.all([cannotResolve(lab, "client-node1", "web"), cannotResolve(lab, "client-node3", "web")]);
  },
  expect: {
    id: "corefile-changing-cluster-names",
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
