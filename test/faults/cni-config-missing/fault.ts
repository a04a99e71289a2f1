import type { Fault } from "../fault.ts";
import { healLate, lateDoesNotStart, makeLate } from "../late.ts";
import { waitUntilHealthy } from "../workload.ts";

const conflist = "/etc/cni/net.d/10-flannel.conflist";
const backup = "/root/10-flannel.conflist";

export const fault: Fault = {
  name: "cni-config-missing",
  story: "A cleanup job emptied /etc/cni/net.d on node2.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["mv", conflist, backup]);
    await makeLate(lab, "node2");
  },
  prove: lateDoesNotStart,
  expect: { id: "cni-config-missing", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    // containerd watches the directory, and sees a file written to but not one moved in
    await lab.node("node2", ["cp", backup, conflist]);
    await lab.kubectl(["wait", "--for=condition=Ready", "node/node2", "--timeout=60s"]);
    await healLate(lab, "node2");
    await waitUntilHealthy(lab);
  },
};
