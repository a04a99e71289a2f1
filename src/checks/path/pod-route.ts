import { agentOn, type ClusterCni, routesByPodCidr } from "../../model/cni.ts";
import { changesOn, defineCheck, defineFinding, nodeRef, podRef, readsOn } from "../../model/define.ts";
import type { Finding } from "../../model/finding.ts";
import { groupBy, type StoppedFlow, seenIn, stoppedBy } from "../../model/flow-outcome.ts";
import { enterPod } from "../../model/pod-netns.ts";
import { restart } from "../../model/restart.ts";
import { isOutside, podCidrsByNode } from "../../net/pod-cidrs.ts";

export const podCidrRouteMissing = defineFinding<{
  readonly destination: string;
  readonly takes: string;
  readonly expected: string;
  /** The Pod by which the CNI keeps the Node; "" where none is known. */
  readonly agent: string;
}>({
  id: "pod-cidr-route-missing",
  severity: "error",
  what: ({ destination, takes, expected }) =>
    takes === ""
      ? `has no route to the Pods of ${expected === "" ? destination : expected}`
      : `sends packets for the Pods of ${expected} the wrong way: \`${takes}\``,
  why: ({ takes }) =>
    takes === ""
      ? "Packets to those Pods are refused by this Node's own kernel."
      : "Packets to those Pods leave the Node towards a router that does not know them, and are lost or refused there; replies to those Pods too.",
  next: ({ destination, takes, agent }, { name }) => {
    const table = / table (\S+)$/.exec(takes)?.[1];
    return [
      readsOn(name, "ip", "route", "get", destination),
      ...(table === undefined
        ? [readsOn(name, "ip", "route", "show"), ...restart(agent)]
        : [readsOn(name, "ip", "rule", "show"), readsOn(name, "ip", "route", "show", "table", table)]),
    ];
  },
});

export const routeRefusingPods = defineFinding<{
  readonly route: string;
  readonly pod: string;
  readonly netns: string;
  readonly type: string;
  readonly protocol: string;
  /** The Pod by which the CNI keeps the Node; "" where none is known. */
  readonly agent: string;
}>({
  id: "route-refusing-pod-traffic",
  severity: "error",
  what: ({ route, pod }) =>
    `${pod === "" ? "" : `in Pod ${pod} `}refuses Pod traffic by ${isRule(route) ? "the policy rule" : "the route"} \`${route}\``,
  why: ({ type, route }) =>
    `${type === "unreachable" ? "An" : "A"} ${type} ${isRule(route) ? "rule" : "route"} ends every packet to that range at this place; no packet leaves.`,
  next: ({ route, pod, netns, protocol, agent }, { name }) => {
    const ip = [...(pod === "" ? [] : enterPod(netns)), "ip", ...(route.includes(":") && !isRule(route) ? ["-6"] : [])];
    const remove = isRule(route)
      ? ["rule", "del", "priority", priorityOf(route)]
      : ["route", "del", ...route.split(" ")];
    // What a routing daemon made comes back.
    const byHand = isRule(route) || protocol === "boot" || protocol === "static";
    return [
      readsOn(name, ...ip, "rule", "show"),
      readsOn(name, ...ip, "route", "show", "table", "all"),
      ...(byHand ? [changesOn(name, ...ip, ...remove)] : []),
      // The agent's own route may have stood in that one's place.
      ...(isRule(route) || pod !== "" ? [] : restart(agent)),
    ];
  },
});
const isRule = (route: string): boolean => /^rule \d+: /.test(route);
const priorityOf = (route: string): string => /^rule (\d+)/.exec(route)?.[1] ?? "";

export const podRouteWrong = defineFinding<{ readonly destination: string; readonly takes: string }>({
  id: "pod-route-wrong",
  severity: "error",
  what: ({ takes, destination }) =>
    takes === ""
      ? `has no route to ${destination} in its own network namespace`
      : `sends its packets the wrong way: \`${takes}\``,
  why: () => "The Pod's own routing table does not lead to its Node, so nothing it sends arrives.",
  next: (_, { namespace, name }) => [
    { run: ["kubectl", "-n", namespace, "exec", name, "--", "ip", "route"], effect: "reads", onNode: null },
  ],
});

/** Routes that lose Pod traffic: on a Node one finding per range it cannot reach, in a Pod one for the Pod. */
export const pathPodRoute = defineCheck({
  id: "path/pod-route",
  question: "Does every route for Pod traffic lead to where the Pods are?",
  needs: ["probed", "flows", "nodes", "nodeStates", "cni"],
  raises: [podCidrRouteMissing, routeRefusingPods, podRouteWrong],
  run({ flows, nodes, nodeStates, cni }) {
    // A Pod with an address of no podCIDR is its own finding: no route to it is missing.
    const ranges = [...podCidrsByNode(nodes).values()].flat();
    const ours = ({ destination }: { readonly destination: string }) =>
      !(routesByPodCidr(cni) && isOutside(ranges, destination));
    const lost = [...stoppedBy(flows, "no-route"), ...stoppedBy(flows, "wrong-route")].filter(
      ({ stop }) => stop.pod !== null || ours(stop),
    );
    const groups = groupBy(lost, ({ stop }) =>
      stop.pod === null
        ? `${stop.node} ${stop.kind === "wrong-route" ? wrongKey(stop) : stop.destination}`
        : `${stop.node} ${stop.pod}`,
    );
    const refused = groupBy(
      stoppedBy(flows, "route-refuses"),
      ({ stop }) => `${stop.node} ${stop.pod ?? ""} ${stop.route}`,
    );
    return {
      examined: nodeStates.size,
      findings: [
        ...[...groups.values()].flatMap((group) => lostFinding(group, cni)),
        ...[...refused.values()].flatMap((group) => refusedFinding(group, cni)),
      ],
    };
  },
});

/** One route of a table beside the main one (a policy rule leads there) is one fault, whichever Nodes it keeps from being reached. */
function wrongKey({ route, expected }: { readonly route: string; readonly expected: string }): string {
  return / table \S+$/.test(route) ? route : `${route} ${expected}`;
}

function lostFinding(
  group: readonly (StoppedFlow<"no-route"> | StoppedFlow<"wrong-route">)[],
  cni: ClusterCni,
): readonly Finding[] {
  const stop = group[0]?.stop;
  if (stop === undefined) return [];
  const takes = stop.kind === "wrong-route" ? stop.route : "";
  if (stop.pod !== null) {
    const others = new Set(group.map((one) => one.stop.destination)).size - 1;
    const destination =
      others === 0
        ? stop.destination
        : `${stop.destination} and ${others} other ${others === 1 ? "address" : "addresses"}`;
    return [podRouteWrong.at(podRef(stop.pod), { destination, takes }, seenIn(group))];
  }
  const expected = [...new Set(group.map((one) => (one.stop.kind === "wrong-route" ? one.stop.expected : "")))];
  return [
    podCidrRouteMissing.at(
      nodeRef(stop.node),
      { destination: stop.destination, takes, expected: expected.join(" and "), agent: agentOn(stop.node, cni) },
      seenIn(group),
    ),
  ];
}
function refusedFinding(group: readonly StoppedFlow<"route-refuses">[], cni: ClusterCni): readonly Finding[] {
  const stop = group[0]?.stop;
  if (stop === undefined) return [];
  const { node, route, pod, netns, type, protocol } = stop;
  const params = { route, pod: pod ?? "", netns, type, protocol, agent: agentOn(node, cni) };
  return [routeRefusingPods.at(nodeRef(node), params, seenIn(group))];
}
