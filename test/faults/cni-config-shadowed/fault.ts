import type { Fault } from "../fault.ts";
import { healLate, lateUrl, makeLate } from "../late.ts";
import { cannotGet } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

const conflist = "/etc/cni/net.d/00-old.conflist";
const old = {
  cniVersion: "0.4.0",
  name: "old",
  plugins: [
    {
      type: "bridge",
      bridge: "old0",
      isGateway: true,
      ipam: { type: "host-local", ranges: [[{ subnet: "10.88.0.0/16" }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
  ],
};

export const fault: Fault = {
  name: "cni-config-shadowed",
  story: "The configuration of a CNI used before is still on node2, sorts first, and gives new Pods foreign addresses.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node2", ["tee", conflist], JSON.stringify(old));
    await makeLate(lab, "node2", { waitUntilReady: true });
  },
  prove: async (lab) => {
    const address = await lateUrl(lab);
    await Promise.all([cannotGet(lab, "client-node3", address), cannotGet(lab, "client-node1", "http://late/")]);
  },
  expect: { id: "cni-config-shadowed", kind: "Node", name: "node2", severity: "error" },
  fixTakesMore: "The Pod that got an address of the other network must be made anew.",
  heal: async (lab) => {
    await lab.node("node2", ["rm", conflist]);
    await healLate(lab, "node2");
    await lab.node("node2", ["ip", "link", "delete", "old0"]);
    await waitUntilHealthy(lab);
  },
};
