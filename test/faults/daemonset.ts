import type { Lab } from "./lab.ts";

/** Keeps a DaemonSet's Pods off Nodes by an affinity, and waits until it is so; no Nodes = everywhere again. */
export async function keepOff(lab: Lab, set: string, nodes: readonly string[]): Promise<void> {
  const [namespace = "", name = ""] = set.split("/");
  const match = { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "NotIn", values: nodes }] };
  const affinity =
    nodes.length === 0
      ? null
      : { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [match] } } };
  const patch = JSON.stringify({
    spec: {
      updateStrategy: { rollingUpdate: { maxUnavailable: "100%" } },
      template: { spec: { affinity, terminationGracePeriodSeconds: 1 } },
    },
  });
  await lab.kubectl(["-n", namespace, "patch", "daemonset", name, "--type=merge", "-p", patch]);
  await lab.kubectl(["-n", namespace, "rollout", "status", "daemonset", name, "--timeout=120s"]);
}
