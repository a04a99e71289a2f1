import type { Fault } from "../fault.ts";
import { clientVeth } from "../pod-netns.ts";
import { cannotReachWeb, waitUntilHealthy } from "../workload.ts";

export const fault: Fault = {
  name: "tc-filter-drop",
  story: "A tc filter on the host end of client-node2 drops what goes to the Pod.",
  lab: {},
  inject: async (lab) => {
    const veth = await clientVeth(lab, "node2");
    await lab.node("node2", ["tc", "qdisc", "add", "dev", veth, "clsact"]);
    // classic BPF: load the byte of the IP header that has the protocol; all that is no TCP or ICMP, ARP above all, passes
    const program = "5,48 0 0 23,21 1 0 6,21 0 1 1,6 0 0 2,6 0 0 4294967295";
    await lab.node("node2", [
      "tc",
      "filter",
      "add",
      "dev",
      veth,
      "egress",
      "bpf",
      "bytecode",
      program,
      "direct-action",
    ]);
  },
  prove: (lab) => cannotReachWeb(lab, ["node2", "node2"], ["node2", "node3"]),
  expect: { id: "traffic-failing-unexplained", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["tc", "qdisc", "delete", "dev", await clientVeth(lab, "node2"), "clsact"]);
    await waitUntilHealthy(lab);
  },
};
