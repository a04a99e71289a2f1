import type { Fault } from "../fault.ts";
import type { Lab } from "../lab.ts";
import { deployment, removeDeployment } from "../objects.ts";
import { cannotResolve } from "../proof.ts";
import { apply, waitUntilHealthy } from "../workload.ts";

const config = "/var/lib/kubelet/config.yaml";

async function setDns(lab: Lab, from: string, to: string): Promise<void> {
  await lab.node("node2", ["sed", "-i", `s/^- ${from}$/- ${to}/`, config]);
  await lab.node("node2", ["pkill", "-x", "kubelet"]);
  await lab.waitFor("the kubelet", async () => {
    const raw = await lab.kubectl(["get", "--raw", "/api/v1/nodes/node2/proxy/configz"]);
    return raw.includes(`"${to}"`);
  });
}

const caller = { image: "nicolaka/netshoot:v0.14", command: ["sleep", "infinity"], ports: [], readinessProbe: null };

export const fault: Fault = {
  name: "kubelet-cluster-dns-wrong",
  story: "node2 joined with the clusterDNS of another cluster, and its Pods resolve nothing.",
  lab: {},
  inject: async (lab) => {
    await setDns(lab, "10.96.0.10", "10.96.0.99");
    await apply(lab, deployment("caller", caller, { pod: { nodeName: "node2" } }));
    await lab.kubectl(["-n", "shop", "rollout", "status", "deployment/caller", "--timeout=60s"]);
  },
  prove: (lab) => cannotResolve(lab, "deployment/caller", "web"),
  expect: { id: "kubelet-cluster-dns-wrong", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await removeDeployment(lab, "caller");
    await setDns(lab, "10.96.0.99", "10.96.0.10");
    await waitUntilHealthy(lab);
  },
};
