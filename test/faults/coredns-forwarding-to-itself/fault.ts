import { changeCorefile, restoreCorefile } from "../coredns.ts";
import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

/** With the loop plugin the replicas crash in turns; without it they stay up, and every outside name runs in circles. */
export const fault: Fault = {
  name: "coredns-forwarding-to-itself",
  story: "CoreDNS was told to forward to its own Service, and the loop plugin taken out when it complained.",
  lab: {},
  inject: async (lab) => {
    const self = await lab.kubectl(["-n", "kube-system", "get", "svc", "kube-dns", "-o", "jsonpath={.spec.clusterIP}"]);
    await changeCorefile(lab, (corefile) =>
      corefile.replace("forward . /etc/resolv.conf", `forward . ${self}`).replace(/\n\s*loop\n/, "\n"),
    );
  },
  prove: async (lab) => {
    await Promise.all([
      cannotResolve(lab, "client-node1", "example.com"),
      cannotResolve(lab, "client-node2", "example.com"),
    ]);
  },
  expect: {
    id: "cluster-dns-forwarding-loop",
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
