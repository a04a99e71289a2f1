import type { Snapshot } from "../model/facts.ts";
import type { FlowResult } from "../model/flow.ts";
import { isOwnService } from "../model/flow-outcome.ts";
import { walkFlow } from "../path/walk.ts";
import { buildWorld } from "../path/world.ts";

/** Adds to each flow the ways that the facts predict for it; leaves them out where Nodes or Pods are not known. */
export function predict(snapshot: Snapshot, results: readonly FlowResult[]): readonly FlowResult[] {
  const { nodes, pods, services, endpointSlices, nodeStates, unreadNodes } = snapshot;
  if (!nodes.known || !pods.known || !nodeStates.known) return results;
  const world = buildWorld({
    nodes: nodes.value,
    pods: pods.value,
    services: services.known ? services.value : [],
    endpointSlices: endpointSlices.known ? endpointSlices.value : [],
    nodeStates: nodeStates.value,
    unreadNodes: unreadNodes.known ? unreadNodes.value : new Map(),
  });
  return results.map((result) =>
    isOwnService(result.flow) ? result : { ...result, predicted: walkFlow(result.flow, world) },
  );
}
