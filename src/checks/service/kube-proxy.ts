import type { Missing } from "../../model/check.ts";
import { kubeProxyOn } from "../../model/cni.ts";
import { defineCheck, defineFinding, evidence, nodeRef, reads } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import { findingKey } from "../../model/finding.ts";
import { stoppedBy } from "../../model/flow-outcome.ts";
import type { NodeState } from "../../model/node.ts";
import { restart } from "../../model/restart.ts";

export const kubeProxyNotRunning = defineFinding<{
  readonly state: string;
  readonly workload: string;
  readonly pod: string;
}>({
  id: "kube-proxy-not-running",
  severity: "error",
  what: ({ state }) => (state === "" ? "runs no kube-proxy" : `has a kube-proxy that does nothing: ${state}`),
  why: () =>
    "The rules of before stay as they were: Services and endpoints that came since are not reached from this Node, and connections go on to Pods that are gone.",
  next: ({ workload, pod }, { name }) => {
    const [namespace = "", set = ""] = (workload === "" ? "kube-system/kube-proxy" : workload).split("/");
    return [
      reads("kubectl", "-n", namespace, "get", "daemonset", set),
      reads("kubectl", "-n", namespace, "get", "pods", "-o", "wide", "--field-selector", `spec.nodeName=${name}`),
      reads("kubectl", "-n", namespace, "get", "events", "--sort-by=.lastTimestamp"),
      ...restart(pod),
    ];
  },
});

/** Where the cluster has kube-proxy at all: k3s and its like hold it in their own process, other clusters have something in its place. */
export const serviceKubeProxy = defineCheck({
  id: "service/kube-proxy",
  question: "Does kube-proxy run on every Node?",
  needs: ["nodeStates", "cni", "nodes", "workloads", "flows"],
  raises: [kubeProxyNotRunning],
  run({ nodeStates, cni, nodes, workloads, flows }) {
    const missing: Missing[] = [];
    const states = [...nodeStates.values()].filter((state) => isLinux(state.node, nodes));
    const set = workloads.find(({ kind, name }) => kind === "DaemonSet" && /^kube-proxy/.test(name));
    const runs = states.some((state) => proxyOf(state) !== undefined);
    if (cni.kubeProxyMode === "none" || (set === undefined && !runs)) return { examined: 0, findings: [] };
    const unserved = [...stoppedBy(flows, "no-service-rule"), ...stoppedBy(flows, "stale-service-rule")];
    const findings = states.flatMap((state) => {
      if (!state.processes.known) {
        const { reason, detail } = state.processes;
        missing.push({ fact: `node/${state.node}/processes`, reason, detail });
        return [];
      }
      const process = proxyOf(state);
      const stopped = process !== undefined && /^[TtZ]/.test(process.state);
      if (state.processes.value.some(({ name }) => /^(k3s|rke2|k0s)/.test(name))) return [];
      if (process !== undefined && !stopped) return [];
      const here = unserved.filter(({ stop, seen }) => stop.node === state.node && seen);
      const subject = nodeRef(state.node);
      return [
        kubeProxyNotRunning.at(
          subject,
          {
            state: process === undefined ? "" : `its process is in state ${process.state}`,
            workload: set === undefined ? "" : `${set.namespace}/${set.name}`,
            // Of a process that is not there the kubelet makes another, or says why it cannot.
            pod: process === undefined ? "" : kubeProxyOn(state.node, cni),
          },
          {
            confidence: "proven",
            evidence: [
              evidence(
                `node/${state.node}/processes`,
                "kube-proxy",
                process === undefined ? "no such process" : `${process.pid} ${process.state}`,
              ),
              ...(set === undefined
                ? []
                : [
                    evidence(
                      "api/daemonsets",
                      `${set.namespace}/${set.name} status`,
                      `${set.ready} of ${set.desired} ready`,
                    ),
                  ]),
            ],
            explains: [
              ...here.map(({ result }) => result.flow.id),
              findingKey("service-rules-missing", subject),
              findingKey("service-rules-stale", subject),
            ],
          },
        ),
      ];
    });
    return { examined: states.length - missing.length, findings, missing };
  },
});

const proxyOf = ({ processes }: NodeState) =>
  processes.known ? processes.value.find(({ name }) => name === "kube-proxy") : undefined;
function isLinux(node: string, nodes: Facts["nodes"]): boolean {
  const os = nodes.find(({ name }) => name === node)?.os ?? "";
  return os === "" || os === "linux";
}
