import type { Node } from "../../model/kubernetes.ts";
import type { Learned } from "../../model/learned.ts";
import type { NodeState } from "../../model/node.ts";
import { type ComponentSetting, parseFlags, readComponentSettings } from "../api/component-settings.ts";
import { asStrings, parseJson } from "../json-value.ts";
import { allNodeStates, byName, compareText, valueOr } from "../known-parts.ts";

export interface SettingSources {
  readonly podItems: Learned<readonly unknown[]>;
  readonly daemonSetItems: Learned<readonly unknown[]>;
  readonly nodes: Learned<readonly Node[]>;
  readonly nodeStates: Learned<ReadonlyMap<string, NodeState>>;
}

/** k3s and RKE2 note their own command line on each Node, with secrets taken out. */
const NODE_ARGS = ["k3s.io/node-args", "rke2.io/node-args"] as const;
const PROCESSES: ReadonlySet<string> = new Set(["kube-apiserver", "kube-controller", "kube-proxy", "kube-router"]);

/**
 * How the cluster's components were started, from Pods, DaemonSets and Node annotations; from a Node's processes where no Pod tells
 * of that component, since a process may also belong to a cluster inside this one. Sorted, so that input order does not matter.
 */
export function componentSettings(sources: SettingSources): readonly ComponentSetting[] {
  const named = [
    ...readComponentSettings("Pod", valueOr(sources.podItems, [])),
    ...readComponentSettings("DaemonSet", valueOr(sources.daemonSetItems, [])),
    ...fromNodes(valueOr(sources.nodes, [])),
  ];
  const told = new Set(named.map(({ component }) => component));
  const processes = fromProcesses(sources).filter(({ component }) => !told.has(component));
  const all = [...named, ...processes];
  return all.sort((a, b) => compareText(keyOf(a), keyOf(b)));
}

function keyOf({ component, from, option, value }: ComponentSetting): string {
  return [component, from, option, value].join("\n");
}

function fromNodes(nodes: readonly Node[]): readonly ComponentSetting[] {
  return [...nodes].sort(byName).flatMap((node) =>
    NODE_ARGS.flatMap((annotation) => {
      const parsed = parseJson(node.annotations[annotation] ?? "");
      const words = parsed.known ? asStrings(parsed.value) : [];
      const place = { from: `Node ${node.name} annotation ${annotation}`, capture: "api/nodes" };
      return parseFlags(words).map((setting) => ({ component: "k3s", ...setting, ...place }));
    }),
  );
}

/** The kernel keeps 15 characters of a process name (TASK_COMM_LEN), so the first word of its command line decides. */
function fromProcesses(sources: SettingSources): readonly ComponentSetting[] {
  return allNodeStates(sources).flatMap(({ node, processes }) =>
    valueOr(processes, []).flatMap(({ name, args }) => {
      if (!PROCESSES.has(name)) return [];
      const program = (args[0] ?? name).replace(/^.*\//, "");
      const component = program.startsWith("kube-controller") ? "kube-controller-manager" : program;
      const place = { from: `process ${component} on ${node}`, capture: `node/${node}/processes` };
      return parseFlags(args).map((setting) => ({ component, ...setting, ...place }));
    }),
  );
}
