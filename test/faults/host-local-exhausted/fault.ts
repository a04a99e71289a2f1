import type { Fault } from "../fault.ts";
import { healLate, lateDoesNotStart, makeLate } from "../late.ts";
import { podCidr, waitUntilHealthy } from "../workload.ts";

const store = "/var/lib/cni/networks/cbr0";

export const fault: Fault = {
  name: "host-local-exhausted",
  story: "Sandboxes that were never cleaned up left their addresses reserved on node2, until none was free.",
  lab: {},
  inject: async (lab) => {
    const prefix = (await podCidr(lab, "node2")).replace("0/24", "");
    const leak = `cd ${store} && for i in $(seq 2 254); do [ -e ${prefix}$i ] || printf 'leaked\\r\\neth0' > ${prefix}$i; done`;
    await lab.node("node2", ["sh", "-c", leak]);
    await makeLate(lab, "node2");
  },
  prove: lateDoesNotStart,
  expect: { id: "pod-addresses-exhausted", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["sh", "-c", `cd ${store} && grep -l leaked 10.* | xargs rm`]);
    await healLate(lab, "node2");
    await waitUntilHealthy(lab);
  },
};
