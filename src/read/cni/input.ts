import type { ConfigMap, CustomObject, Node, Pod, Workload } from "../../model/kubernetes.ts";
import type { Learned } from "../../model/learned.ts";
import type { NodeState } from "../../model/node.ts";

/** All that a cluster's CNI is told from. */
export interface CniInput {
  readonly nodes: Learned<readonly Node[]>;
  readonly pods: Learned<readonly Pod[]>;
  readonly workloads: Learned<readonly Workload[]>;
  readonly configMaps: Learned<ReadonlyMap<string, ConfigMap>>;
  readonly customObjects: Learned<readonly CustomObject[]>;
  readonly nodeStates: Learned<ReadonlyMap<string, NodeState>>;
}
