import type { Fault } from "../fault.ts";
import { clusterIp } from "../kube-proxy.ts";
import { cannotGet, works } from "../proof.ts";
import { apply, service, waitUntilHealthy, webUrl } from "../workload.ts";

const sysctl = "net.bridge.bridge-nf-call-iptables";

export const fault: Fault = {
  name: "bridge-netfilter-off",
  story:
    "A hardening profile turned bridge-nf-call-iptables off on node2: Services with an endpoint on the asking Node fail.",
  lab: {},
  setUp: async (lab) => {
    const pod = await lab.kubectl([
      ...["-n", "shop", "get", "pods", "-l", "app=web", "--field-selector", "spec.nodeName=node2"],
      ...["-o", "jsonpath={.items[0].metadata.name}"],
    ]);
    await lab.kubectl(["-n", "shop", "label", "pod", pod, "near=node2", "--overwrite"]);
    await apply(lab, service("near", { near: "node2" }, 8080));
    const url = `http://${await clusterIp(lab, "near")}/`;
    await lab.waitFor(
      "Service near",
      async () => (await lab.tryPod("client-node2", ["curl", "-sS", "-m", "3", url])).ok,
    );
  },
  inject: async (lab) => {
    await lab.node("node2", ["sysctl", "-w", `${sysctl}=0`]);
  },
  prove: async (lab) => {
    const url = `http://${await clusterIp(lab, "near")}/`;
    await cannotGet(lab, "client-node2", url);
    await works(lab, "client-node2", ["curl", "-sS", "-m", "5", await webUrl(lab, "node2")]);
    await works(lab, "client-node3", ["curl", "-sS", "-m", "5", url]);
  },
  expect: { id: "bridge-netfilter-disabled", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["sysctl", "-w", `${sysctl}=1`]);
    await lab.kubectl(["-n", "shop", "delete", "service", "near"]);
    await waitUntilHealthy(lab);
  },
};
