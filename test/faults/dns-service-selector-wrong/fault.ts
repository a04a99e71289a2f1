import type { Fault } from "../fault.ts";
import type { Lab } from "../lab.ts";
import { cannotResolve } from "../proof.ts";
import { waitUntilHealthy } from "../workload.ts";

async function select(lab: Lab, app: string): Promise<void> {
  const patch = JSON.stringify({ spec: { selector: { "k8s-app": app } } });
  await lab.kubectl(["-n", "kube-system", "patch", "service", "kube-dns", "--type=merge", "-p", patch]);
  await lab.waitFor("the EndpointSlice", async () => {
    const slices = [
      "get",
      "endpointslices",
      "-l",
      "k8s-app=kube-dns",
      "-o",
      "jsonpath={.items[*].endpoints[*].addresses}",
    ];
    return ((await lab.kubectl(["-n", "kube-system", ...slices])) === "") === (app !== "kube-dns");
  });
}

export const fault: Fault = {
  name: "dns-service-selector-wrong",
  story: "Somebody renamed the label in the selector of kube-dns and left the Pods of CoreDNS as they were.",
  lab: {},
  inject: (lab) => select(lab, "kubedns"),
  prove: (lab) => cannotResolve(lab, "client-node1", "web"),
  expect: {
    id: "service-selecting-no-pods",
    kind: "Service",
    namespace: "kube-system",
    name: "kube-dns",
    severity: "error",
  },
  heal: async (lab) => {
    await select(lab, "kube-dns");
    await waitUntilHealthy(lab);
  },
};
