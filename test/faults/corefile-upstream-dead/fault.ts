import { changeCorefile, restoreCorefile } from "../coredns.ts";
import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "corefile-upstream-dead",
  story: "CoreDNS forwards to a server that was switched off.",
  lab: {},
  inject: (lab) =>
    changeCorefile(lab, (corefile) => corefile.replace("forward . /etc/resolv.conf", "forward . 198.51.100.99")),
  prove: async (lab) => {
    await Promise.all([
      cannotResolve(lab, "client-node1", "example.com"),
      cannotResolve(lab, "client-node3", "example.com"),
    ]);
  },
  expect: { id: "cluster-dns-upstream-failing", kind: "Cluster", name: "cluster", severity: "error" },
  heal: async (lab) => {
    await restoreCorefile(lab);
    await waitUntilHealthy(lab);
  },
};
