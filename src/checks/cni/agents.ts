import { defineCheck, defineFinding, evidence, nodeRef, reads } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import { findingKey } from "../../model/finding.ts";
import type { Pod, Workload } from "../../model/kubernetes.ts";
import { selects } from "../../model/selection.ts";

export const cniAgentNotRunning = defineFinding<{
  readonly workload: string;
  readonly state: string;
  readonly pod: string;
  readonly waiting: number;
}>({
  id: "cni-agent-not-running",
  severity: "error",
  what: ({ workload, state, waiting }) =>
    `has no running Pod of DaemonSet ${workload}, the agent of its network: ${state}${waiting === 0 ? "" : `; ${waiting} ${waiting === 1 ? "Pod waits" : "Pods wait"} for a network`}`,
  why: () =>
    "The agent makes the Node's network and keeps it: without it new Pods do not start after a reboot, and routes and tunnels to other Nodes stay as they were.",
  next: ({ workload, pod }, { name }) => {
    const [namespace = "", set = ""] = workload.split("/");
    return [
      reads("kubectl", "-n", namespace, "get", "pods", "-o", "wide", "--field-selector", `spec.nodeName=${name}`),
      pod === ""
        ? reads(
            "kubectl",
            "-n",
            namespace,
            "get",
            "daemonset",
            set,
            "-o",
            "jsonpath={.spec.template.spec.affinity} {.spec.template.spec.nodeSelector} {.spec.template.spec.tolerations}",
          )
        : reads("kubectl", "-n", namespace, "logs", pod, "--all-containers", "--previous", "--tail=20"),
      reads("kubectl", "get", "node", name, "-o", "jsonpath={.spec.taints}"),
    ];
  },
});

/** A Node on whose Pod network nothing runs may do without the agent: a taint keeps both away on purpose. */
export const cniAgents = defineCheck({
  id: "cni/agents",
  question: "Does the network's agent run on every Node that has Pods?",
  needs: ["cni", "workloads", "pods", "nodes"],
  raises: [cniAgentNotRunning],
  run({ cni, workloads, pods, nodes }) {
    const agents = workloads.filter(
      (one) => one.kind === "DaemonSet" && cni.workloads.includes(`DaemonSet ${one.namespace}/${one.name}`),
    );
    // Several DaemonSets share the Nodes among them (one an operating system or architecture), and are not judged.
    const [agent, ...others] = agents;
    // Of a DaemonSet none of whose Pods is in the list, nothing is known.
    const seen = agent !== undefined && pods.some((pod) => belongs(pod, agent));
    if (agent === undefined || others.length > 0 || !seen) return { examined: 0, findings: [] };
    const tenants = pods.filter(
      ({ hostNetwork, phase, node }) => !hostNetwork && phase !== "Succeeded" && phase !== "Failed" && node !== "",
    );
    const used = nodes.filter(
      ({ name, os, ready }) => (os === "" || os === "linux") && (ready || tenants.some((pod) => pod.node === name)),
    );
    const findings = used.flatMap((node) => {
      const own = tenants.filter((pod) => pod.node === node.name);
      if (own.length === 0) return [];
      const here = pods.filter((pod) => pod.node === node.name && belongs(pod, agent));
      const state = stateOf(here);
      return state === null ? [] : [finding(node.name, agent, here[0], state, own)];
    });
    return { examined: used.length, findings };
  },
});

const belongs = (pod: Pod, agent: Workload): boolean =>
  pod.namespace === agent.namespace && Object.keys(agent.selector).length > 0 && selects(agent.selector, pod.labels);

/** Null where one runs, or may yet: a Pod that was not restarted and is not ready has only begun. */
function stateOf(here: Facts["pods"]): string | null {
  if (here.length === 0) return "none is there";
  if (here.some((pod) => pod.ready || pod.terminating)) return null;
  const bad = here
    .flatMap(({ containers }) => containers)
    .find(({ ready, restarts, reason }) => !ready && (restarts > 1 || /BackOff|ErrImage|CreateContainer/.test(reason)));
  return bad === undefined
    ? null
    : `container ${bad.name} ${bad.reason === "" ? "is not ready" : `is in ${bad.reason}`} after ${bad.restarts} restarts`;
}

function finding(node: string, agent: Workload, pod: Pod | undefined, state: string, own: Facts["pods"]) {
  const subject = nodeRef(node);
  const waiting = own.filter(({ phase, ips }) => phase === "Pending" && ips.length === 0).length;
  return cniAgentNotRunning.at(
    subject,
    { workload: `${agent.namespace}/${agent.name}`, state, pod: pod?.name ?? "", waiting },
    {
      confidence: "proven",
      evidence: [
        evidence("api/pods", `${agent.namespace} spec.nodeName=${node}`, state),
        evidence(
          "api/daemonsets",
          `${agent.namespace}/${agent.name} status`,
          `${agent.ready} of ${agent.desired} ready`,
        ),
      ],
      explains: [
        findingKey("flannel-subnet-file-missing", subject),
        findingKey("pods-without-network", subject),
        findingKey("node-network-not-ready", subject),
        findingKey("cni-config-missing", subject),
        findingKey("vxlan-device-missing", subject),
      ],
    },
  );
}
