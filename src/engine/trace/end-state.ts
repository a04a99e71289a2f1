import type { FlowEnd } from "../../model/flow.ts";
import type { Pod } from "../../model/kubernetes.ts";
import type { Inventory } from "./inventory.ts";

/** Why a Pod can neither send nor be sent anything now, as a sentence without its point; null where it can, and for ends that are no Pods. */
export function whySilent(end: FlowEnd, inventory: Inventory): string | null {
  const pod = podOf(end, inventory);
  if (pod === undefined) return null;
  const name = `Pod ${pod.namespace}/${pod.name}`;
  if (pod.phase === "Succeeded" || pod.phase === "Failed")
    return `${name} has ended (${pod.phase}), nothing of it runs`;
  if (end.ip !== "") return null;
  if (pod.ips.length > 0) return `${name} has no address of that family`;
  return pod.node === ""
    ? `${name} has no address: it is ${pod.phase} and waits for a Node`
    : `${name} has no address yet: it is ${pod.phase} on ${pod.node}`;
}

/** That a Pod runs and is not ready, with the state of its containers; null where it is, and for ends that are no Pods. */
export function unready(end: FlowEnd, inventory: Inventory): string | null {
  const pod = podOf(end, inventory);
  if (pod === undefined || pod.ready || pod.phase !== "Running") return null;
  const states = pod.containers
    .filter(({ ready }) => !ready)
    .map(({ name, reason, state, restarts }) => `container ${name} ${reason || state}, ${restarts} restarts`);
  return [`Pod ${pod.namespace}/${pod.name} is not ready`, ...states.slice(0, 3)].join(": ");
}

function podOf(end: FlowEnd, { pods }: Inventory): Pod | undefined {
  if (end.kind !== "Pod") return undefined;
  return pods.find(({ namespace, name }) => namespace === end.namespace && name === end.name);
}
