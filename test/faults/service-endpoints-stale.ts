import type { Fault } from "./fault.ts";
import { freezeKubeProxy, renewKubeProxy } from "./kube-proxy.ts";
import type { LabSettings } from "./lab.ts";
import { alwaysFails, works } from "./proof.ts";
import { waitUntilHealthy } from "./workload.ts";

// A third of the connections go to the Pod that is gone: of twelve, one does all but surely.
const manyTimes = "for i in $(seq 12); do curl -sS -o /dev/null -m 2 http://web/ || exit 1; done";

/** kube-proxy of node2 hangs while the web Pods are replaced. */
export function serviceEndpointsStale(name: string, lab: LabSettings): Fault {
  return {
    name,
    story: "kube-proxy of node2 hangs, and the web Pod of node3 has been replaced since.",
    lab,
    inject: async (lab) => {
      await freezeKubeProxy(lab, "node2");
      const on3 = ["-l", "app=web", "--field-selector", "spec.nodeName=node3"];
      await lab.kubectl(["-n", "shop", "delete", "pods", ...on3, "--timeout=60s"]);
      await lab.kubectl(["-n", "shop", "rollout", "status", "deploy/web", "--timeout=60s"]);
    },
    prove: async (lab) => {
      await alwaysFails(lab, "client-node2", ["sh", "-c", manyTimes]);
      await works(lab, "client-node3", ["sh", "-c", manyTimes]);
    },
    expect: { id: "kube-proxy-not-running", kind: "Node", name: "node2", severity: "error" },
    heal: async (lab) => {
      await renewKubeProxy(lab, "node2");
      await lab.waitFor("rules without the old Pod", async () => {
        return (await lab.tryPod("client-node2", ["sh", "-c", manyTimes])).ok;
      });
      await waitUntilHealthy(lab);
    },
  };
}
