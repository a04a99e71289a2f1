import type { Lab } from "./lab.ts";
import { hears } from "./proof.ts";
import { apply, service, webPod } from "./workload.ts";

/** The Pod and Service late: made when a Node is already broken, for faults that hurt new Pods only. */
export async function makeLate(lab: Lab, node: string, { waitUntilReady = false } = {}): Promise<void> {
  const spec = { nodeName: node, ...webPod };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "late", namespace: "shop", labels: { app: "late" } },
    spec,
  };
  await apply(lab, pod, service("late", { app: "late" }, 8080));
  if (waitUntilReady) await lab.kubectl(["-n", "shop", "wait", "--for=condition=Ready", "pod/late", "--timeout=60s"]);
}

/** Makes late anew once the Node is repaired, waits until another Node's client hears it, and takes it away. */
export async function healLate(lab: Lab, node: string): Promise<void> {
  await deleteLate(lab);
  await makeLate(lab, node, { waitUntilReady: true });
  const url = await lateUrl(lab);
  await lab.waitFor("late to be reached", () => hears(lab, "client-node3", [url, "http://late/"]));
  await deleteLate(lab);
}

async function deleteLate(lab: Lab): Promise<void> {
  await lab.kubectl(["-n", "shop", "delete", "pod/late", "service/late", "--timeout=60s"]);
}

export async function lateUrl(lab: Lab): Promise<string> {
  return `http://${await lab.kubectl(["-n", "shop", "get", "pod", "late", "-o", "jsonpath={.status.podIP}"])}:8080/`;
}

/** Rejects unless the kubelet has said that the Pod's network cannot be made, and the Pod still has no address. */
export async function lateDoesNotStart(lab: Lab): Promise<void> {
  const about = ["--field-selector", "involvedObject.name=late", "-o", "jsonpath={.items[*].reason}"];
  await lab.waitFor("a Pod that cannot start", async () => {
    // Which of the two depends on whether the kubelet has noticed by then that its runtime has no network.
    return /FailedCreatePodSandBox|NetworkNotReady/.test(await lab.kubectl(["-n", "shop", "get", "events", ...about]));
  });
  const address = await lab.kubectl(["-n", "shop", "get", "pod", "late", "-o", "jsonpath={.status.podIP}"]);
  if (address !== "") throw new Error(`nobody is hurt: late has the address ${address}`);
}
