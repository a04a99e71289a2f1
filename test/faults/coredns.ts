import type { Lab } from "./lab.ts";

const kubeSystem = ["-n", "kube-system"];

/** Scales CoreDNS and waits until exactly so many replicas are there and ready. */
export async function scaleCoreDns(lab: Lab, replicas: number): Promise<void> {
  await lab.kubectl([...kubeSystem, "scale", "deployment", "coredns", `--replicas=${replicas}`]);
  if (replicas === 0) await deleteReplicas(lab);
  await lab.kubectl([...kubeSystem, "rollout", "status", "deployment", "coredns", "--timeout=60s"]);
  await lab.waitFor("the replicas of CoreDNS", async () => {
    const pods = await lab.kubectl([...kubeSystem, "get", "pods", "-l", "k8s-app=kube-dns", "-o", "name"]);
    return pods.split("\n").filter(Boolean).length === replicas;
  });
}

/** Keeps the Corefile aside, changes it and starts all replicas anew: with none of the old ones left, nothing hides the change. */
export async function changeCorefile(lab: Lab, change: (corefile: string) => string): Promise<void> {
  const before = await read(lab, "kube-system", "coredns");
  const after = change(before);
  if (after === before) throw new Error("the Corefile is not as expected: nothing to change in it");
  await write(lab, "shop", "corefile-before", before);
  await replace(lab, after);
}

/** The same, for a Corefile that no replica starts with: waits until every one has crashed. */
export async function breakCorefile(lab: Lab, change: (corefile: string) => string): Promise<void> {
  const before = await read(lab, "kube-system", "coredns");
  await write(lab, "shop", "corefile-before", before);
  await write(lab, "kube-system", "coredns", change(before));
  const replicas = [...kubeSystem, "get", "pods", "-l", "k8s-app=kube-dns", "-o"];
  await deleteReplicas(lab);
  const state = "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}";
  await lab.waitFor(
    "CoreDNS to crash",
    async () => (await lab.kubectl([...replicas, state])) === "CrashLoopBackOff CrashLoopBackOff",
    120,
  );
}

export async function restoreCorefile(lab: Lab): Promise<void> {
  await replace(lab, await read(lab, "shop", "corefile-before"));
}

async function replace(lab: Lab, corefile: string): Promise<void> {
  await write(lab, "kube-system", "coredns", corefile);
  await deleteReplicas(lab);
  await scaleCoreDns(lab, 2);
}

/** Their usual end is five seconds of lame duck. */
async function deleteReplicas(lab: Lab): Promise<void> {
  await lab.kubectl([...kubeSystem, "delete", "pods", "-l", "k8s-app=kube-dns", "--grace-period=1"]);
}

function read(lab: Lab, namespace: string, name: string): Promise<string> {
  return lab.kubectl(["-n", namespace, "get", "configmap", name, "-o", "jsonpath={.data.Corefile}"]);
}

async function write(lab: Lab, namespace: string, name: string, corefile: string): Promise<void> {
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { Corefile: corefile } };
  await lab.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], JSON.stringify(map));
}
