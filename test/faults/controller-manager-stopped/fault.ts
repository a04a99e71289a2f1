import type { Fault } from "../fault.ts";
import { serviceOf } from "../objects.ts";
import { cannotGet } from "../proof.ts";
import { apply, waitUntilHealthy } from "../workload.ts";

const manifest = "/etc/kubernetes/manifests/kube-controller-manager.yaml";
const aside = "/root/kube-controller-manager.yaml";
const pod = ["-n", "kube-system", "get", "pod", "kube-controller-manager-node1", "--ignore-not-found", "-o", "name"];

export const fault: Fault = {
  name: "controller-manager-stopped",
  story: "The manifest of the controller manager was moved away for an upgrade: a new Service gets no endpoints.",
  lab: {},
  inject: async (lab) => {
    await lab.node("node1", ["mv", manifest, aside]);
    await lab.waitFor("the controller manager to stop", async () => (await lab.kubectl(pod)) === "", 90);
    await apply(lab, serviceOf("web-two"));
    const patch = JSON.stringify({ spec: { selector: { app: "web" } } });
    await lab.kubectl(["-n", "shop", "patch", "service", "web-two", "--type=merge", "-p", patch]);
  },
  prove: (lab) => cannotGet(lab, "client-node1", "http://web-two/"),
  expect: { id: "endpoints-not-made", kind: "Cluster", name: "cluster", severity: "error" },
  heal: async (lab) => {
    await lab.node("node1", ["mv", aside, manifest]);
    await lab.waitFor("the controller manager", async () => (await lab.kubectl(pod)) !== "", 90);
    await lab.kubectl(["-n", "shop", "delete", "service", "web-two"]);
    await waitUntilHealthy(lab);
  },
};
