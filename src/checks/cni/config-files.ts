import type { Missing } from "../../model/check.ts";
import { agentOn, type ClusterCni, type NodeCni } from "../../model/cni.ts";
import { changesOn, defineCheck, defineFinding, evidence, nodeRef, readsOn } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import type { FlowResult } from "../../model/flow.ts";
import { failingFlows, succeeded } from "../../model/flow-outcome.ts";
import type { Node } from "../../model/kubernetes.ts";
import type { CniConfigFile, NodeState } from "../../model/node.ts";
import { restart } from "../../model/restart.ts";
import { parseAddress } from "../../net/cidr.ts";
import { isOutside, podCidrsByNode } from "../../net/pod-cidrs.ts";
import { seenAddress } from "../../net/seen-address.ts";

export const cniConfigShadowed = defineFinding<{
  readonly file: string;
  readonly shadowed: string;
  readonly directory: string;
  readonly uses: string;
  readonly others: string;
}>({
  id: "cni-config-shadowed",
  severity: "error",
  what: ({ file, shadowed, uses, others }) =>
    `sets up new Pods with \`${file}\` (${uses}), which sorts before \`${shadowed}\` (${others}), the cluster's network`,
  why: () =>
    "The container runtime uses the lexically first file. Pods started on this Node since then have addresses and routes of another network, which the other Nodes do not know.",
  next: ({ file, directory }, { name }) => [
    readsOn(name, "ls", "-l", directory),
    readsOn(name, "cat", `${directory}/${file}`),
    changesOn(name, "mv", `${directory}/${file}`, `/root/${file}.disabled`),
  ],
});
export const cniConfigInvalid = defineFinding<{
  readonly file: string;
  readonly problem: string;
  readonly directory: string;
  readonly only: boolean;
}>({
  id: "cni-config-invalid",
  severity: "error",
  what: ({ file, problem }) => `has an invalid CNI configuration: \`${file}\`: ${problem}`,
  why: ({ only }) =>
    only
      ? "The runtime has no other file to use, so new Pods on this Node stay in ContainerCreating."
      : "The runtime passes over this file and uses another, so Pods may be set up for another network than the cluster's.",
  next: ({ file, directory }, { name }) => [
    readsOn(name, "cat", `${directory}/${file}`),
    readsOn(name, "ls", "-l", directory),
  ],
});
export const cniConfigMissing = defineFinding<{ readonly directory: string; readonly agent: string }>({
  id: "cni-config-missing",
  severity: "error",
  what: ({ directory }) => `has no CNI configuration in \`${directory}\``,
  why: () =>
    "Without one the runtime's network is not ready: the Node is NotReady and its new Pods stay in ContainerCreating.",
  // The agents that bring their CNI configuration along write it when they start.
  next: ({ directory, agent }, { name }) => [readsOn(name, "ls", "-l", directory), ...restart(agent)],
});
export const leftoverConfig = defineFinding<{
  readonly files: readonly string[];
  readonly used: string;
  readonly directory: string;
}>({
  id: "cni-config-leftover",
  severity: "info",
  what: ({ files, used }) => `has further CNI configuration that is not used: ${files.join(", ")} after \`${used}\``,
  why: () =>
    "The runtime uses the lexically first valid file only. If that one goes, the next takes over without a word.",
  next: ({ directory }, { name }) => [readsOn(name, "ls", "-l", directory)],
});

/** What the runtime would do: libcni's ConfFiles and the first that loads (containerd go-cni, CRI-O ocicni). */
export const cniConfigFiles = defineCheck({
  id: "cni/config-files",
  question: "Does every Node set up its Pods with the cluster's CNI configuration?",
  needs: ["nodeStates", "cni", "nodes", "flows"],
  raises: [cniConfigShadowed, cniConfigInvalid, cniConfigMissing, leftoverConfig],
  run({ nodeStates, cni, nodes, flows }) {
    const strays = strayFlows(nodes, flows);
    const missing: Missing[] = [];
    const linux = new Set(nodes.filter(({ os }) => os === "" || os === "linux").map(({ name }) => name));
    const findings = [...nodeStates.values()]
      .filter(({ node }) => linux.has(node))
      .flatMap((state) => {
        if (!state.cniConfigs.known) {
          missing.push({
            fact: `node/${state.node}/cni-conf`,
            reason: state.cniConfigs.reason,
            detail: state.cniConfigs.detail,
          });
          return [];
        }
        return judge(state, state.cniConfigs.value, cni, strays.get(state.node) ?? []);
      });
    return { examined: nodeStates.size - missing.length, findings, missing };
  },
});

function judge(state: NodeState, files: readonly CniConfigFile[], cni: ClusterCni, strays: readonly string[]) {
  const subject = nodeRef(state.node);
  const directory = state.cniConfDir.known ? state.cniConfDir.value : "/etc/cni/net.d";
  const source = `node/${state.node}/cni-conf`;
  const listing = evidence(source, directory, files.map(({ file }) => file).join(", ") || "empty");
  const valid = files.filter(({ config }) => config.known);
  if (files.length === 0)
    return [
      cniConfigMissing.at(
        subject,
        { directory, agent: agentOn(state.node, cni) },
        {
          confidence: "proven",
          evidence: [listing],
          explains: [findingKey("pods-without-network", subject), findingKey("node-network-not-ready", subject)],
        },
      ),
    ];
  const invalid = files.flatMap(({ file, config }) => {
    if (config.known || config.reason !== "unparsable") return [];
    const params = { file, problem: config.detail, directory, only: valid.length === 0 };
    return [
      cniConfigInvalid.at(subject, params, {
        confidence: "proven",
        evidence: [evidence(`${source}/${file}`, `${directory}/${file}`, config.detail)],
        explains: [
          findingKey("cni-config-missing", subject),
          findingKey("pods-without-network", subject),
          findingKey("node-network-not-ready", subject),
        ],
      }),
    ];
  });
  const used = valid[0];
  const own = cni.nodes.find(({ node }) => node === state.node);
  const usual = usualFile(cni, state.node);
  if (used === undefined || own === undefined) return invalid;
  const cluster = usual === null ? undefined : valid.find(({ file }) => file === usual.file);
  if (usual !== null && cluster !== undefined && cluster.file !== used.file && own.name !== usual.name) {
    return [
      ...invalid,
      cniConfigShadowed.at(
        subject,
        { file: used.file, shadowed: cluster.file, directory, uses: describe(used), others: describe(cluster) },
        {
          confidence: "proven",
          evidence: [listing, evidence(`${source}/${used.file}`, `${directory}/${used.file}`, describe(used))],
          explains: [findingKey("pod-address-outside-range", subject), ...strays],
        },
      ),
    ];
  }
  const rest = valid
    .slice(1)
    .filter((other) => !isDefaultNetwork(other, used))
    .map(({ file }) => file);
  return rest.length === 0
    ? invalid
    : [
        ...invalid,
        leftoverConfig.at(
          subject,
          { files: rest, used: used.file, directory },
          { confidence: "proven", evidence: [listing] },
        ),
      ];
}

/** The file and CNI that most of the other Nodes use, or the one whose DaemonSet runs in the cluster. */
function usualFile(cni: ClusterCni, node: string): NodeCni | null {
  const others = cni.nodes.filter((other) => other.node !== node && other.file !== null);
  const counts = new Map<string, number>();
  for (const { file } of others) counts.set(file ?? "", (counts.get(file ?? "") ?? 0) + 1);
  const [most] = [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
  return most === undefined ? null : (others.find(({ file }) => file === most[0]) ?? null);
}

/** Multus sorts first and takes its default network from the next file, or names that network's plugins itself. */
function isDefaultNetwork({ config }: CniConfigFile, used: CniConfigFile): boolean {
  const wrapper = used.config.known ? used.config.value.plugins[0] : undefined;
  if (wrapper === undefined || !/^multus(-shim|-cni)?$/.test(wrapper.type) || !config.known) return false;
  return wrapper.delegates.length === 0 || config.value.plugins.some(({ type }) => wrapper.delegates.includes(type));
}
function describe({ config }: CniConfigFile): string {
  return config.known
    ? config.value.plugins
        .map(({ type, subnets }) => (subnets.length > 0 ? `${type} ${subnets.join(" ")}` : type))
        .join(" + ")
    : "invalid";
}

/**
 * By Node, what comes of Pods whose address is of none of its podCIDRs, as a foreign network gave it to them: their failed flows, and that
 * their packets are masqueraded by no rule, or by one for packets from outside. Where other Pods fare alike it is a fault of its own.
 */
function strayFlows(nodes: readonly Node[], flows: readonly FlowResult[]): ReadonlyMap<string, readonly string[]> {
  const ranges = podCidrsByNode(nodes);
  const failing = failingFlows(flows);
  const strayNodes = ({ flow }: FlowResult): readonly string[] =>
    [flow.from, flow.to].flatMap((end) =>
      end.kind === "Pod" && isOutside(ranges.get(end.node), end.ip) ? [end.node] : [],
    );
  const strays = flows.map((result) => ({ result, on: strayNodes(result) })).filter(({ on }) => on.length > 0);
  const symptoms = (node: string): readonly string[] => {
    const here = flows.filter(({ flow }) =>
      [flow.from, flow.to].some((end) => end.kind === "Pod" && end.node === node),
    );
    const only = (id: string, alike: readonly FlowResult[]): readonly string[] =>
      alike.every((result) => strayNodes(result).includes(node)) ? [findingKey(id, nodeRef(node))] : [];
    return [
      ...only("egress-not-masqueraded", here.filter(isSilentEgress)),
      ...only("pod-traffic-translated", here.filter(isTranslated)),
    ];
  };
  return new Map(
    [...new Set(strays.flatMap(({ on }) => on))].map((node) => {
      const failed = strays.flatMap(({ result: { flow }, on }) =>
        on.includes(node) && failing.has(flow.id) ? [flow.id] : [],
      );
      return [node, [...failed, ...symptoms(node)]];
    }),
  );
}

const isSilentEgress = ({ flow, observed }: FlowResult): boolean =>
  flow.purpose === "egress" && observed.known && !succeeded(flow, observed.value);
function isTranslated({ flow, observed }: FlowResult): boolean {
  if (flow.purpose !== "pod-to-pod" || !observed.known || observed.value.clientSeen === null) return false;
  return seenAddress(observed.value.clientSeen)?.text !== parseAddress(flow.from.ip)?.text;
}
