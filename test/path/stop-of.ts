import type { Flow } from "../../src/model/flow.ts";
import type { Cluster, Shape } from "./drafts.ts";
import { cluster, flow, onlyWalk, podEnd, podOf } from "./world-builder.ts";

/** From the first Pod of node1 to the first of node2. */
export const across = (world: Cluster): Flow => flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)));
/** Between the two Pods of node1. */
export const within = (world: Cluster): Flow => flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 1, 1)));

/** What becomes of one flow when one thing of a healthy cluster is changed. A stop without evidence is an error. */
export function stopOf(shape: Shape, change: (world: Cluster) => void, way = across, nodes = 2) {
  const world = cluster(shape, nodes);
  change(world);
  const { verdict, direction, stop, evidence, unknown: why } = onlyWalk(world, way(world));
  if (verdict === "stopped" && evidence.length === 0) throw new Error("a stop without evidence");
  return { verdict, direction, stop, evidence, why };
}
