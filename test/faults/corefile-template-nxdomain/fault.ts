import { changeCorefile, restoreCorefile } from "../coredns.ts";
import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "corefile-template-nxdomain",
  story: "A template that should silence one noisy domain answers NXDOMAIN for the cluster.",
  lab: {},
  inject: (lab) =>
    changeCorefile(lab, (corefile) =>
      corefile.replace(
        /\n(\s*)kubernetes /,
        "\n$1template IN ANY cluster.local {\n$1  rcode NXDOMAIN\n$1}\n$1kubernetes ",
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
