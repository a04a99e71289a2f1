import type { Captures } from "../model/capture.ts";
import type { CheckOutcome } from "../model/check.ts";
import type { FactKey, Snapshot } from "../model/facts.ts";
import { nodeOf } from "../model/flow-end.ts";
import { groupBy } from "../model/flow-outcome.ts";
import type { UnknownReason } from "../model/learned.ts";
import type { Incomplete } from "../model/report.ts";

/** Reasons that leave a hole in the answer; a resource that the cluster does not serve, or a step the user left out, is none. */
const holes = new Set<UnknownReason>([
  "forbidden",
  "timed-out",
  "unreachable",
  "unparsable",
  "failed",
  "no-tool",
  "too-large",
]);
const resources: readonly (readonly [FactKey, string])[] = [
  ["nodes", "nodes"],
  ["pods", "pods"],
  ["services", "services"],
  ["endpointSlices", "endpointslices"],
  ["workloads", "daemonsets and deployments"],
  ["configMaps", "ConfigMaps"],
  ["networkPolicies", "networkpolicies"],
  ["events", "events"],
];

/** What could not be looked at, and what would settle it. Empty means that everything asked for was seen. */
export function incompleteParts(
  captures: Captures,
  snapshot: Snapshot,
  outcomes: readonly CheckOutcome[],
  policed: ReadonlyMap<string, string>,
  failing: ReadonlySet<string>,
): readonly Incomplete[] {
  return [
    ...run(captures),
    ...objects(snapshot),
    ...nodes(captures, snapshot),
    ...nodeParts(snapshot),
    ...unanswered(snapshot),
    ...crashed(outcomes),
    ...judged(policed, failing),
  ];
}

function run(captures: Captures): readonly Incomplete[] {
  const result = captures.get("session/run")?.result;
  if (result === undefined || result.known) return [];
  return [
    {
      what: "no Node was examined and no probe was sent",
      reason: result.detail,
      unlock: unlock(result.reason, result.detail),
    },
  ];
}

function objects(snapshot: Snapshot): readonly Incomplete[] {
  return resources.flatMap(([fact, name]) => {
    const learned = snapshot[fact];
    return learned.known || !holes.has(learned.reason)
      ? []
      : [
          {
            what: `${name} could not be listed`,
            reason: learned.detail,
            unlock: unlock(learned.reason, learned.detail),
          },
        ];
  });
}

function nodes(captures: Captures, snapshot: Snapshot): readonly Incomplete[] {
  if (captures.get("session/run")?.result.known !== true || !snapshot.unreadNodes.known) return [];
  return [...snapshot.unreadNodes.value].flatMap(([node, { reason, detail }]) =>
    reason === "not-collected" ? [] : [{ what: `Node ${node}`, reason: detail, unlock: unlock(reason, detail) }],
  );
}

/** What predictions and probes stand on: without one of these a Node was examined in part only. */
const parts = {
  links: "its network devices",
  routes: "its routes",
  iptables: "its iptables rules",
  nftables: "its nftables rules",
  sysctls: "its sysctls",
  netns: "the network namespaces of its Pods",
} as const;

function nodeParts({ nodeStates }: Snapshot): readonly Incomplete[] {
  if (!nodeStates.known) return [];
  return [...nodeStates.value.values()].flatMap((state) =>
    (Object.keys(parts) as (keyof typeof parts)[]).flatMap((part) => {
      const learned = state[part];
      if (learned.known || !holes.has(learned.reason)) return [];
      return [
        {
          what: `Node ${state.node}: ${parts[part]} could not be read`,
          reason: learned.detail,
          unlock: unlock(learned.reason, learned.detail),
        },
      ];
    }),
  );
}

/** Probes that were ordered and of which nothing is known: the image lacks the tool, or the Node's answer did not come. */
function unanswered({ flows }: Snapshot): readonly Incomplete[] {
  const lost = (flows.known ? flows.value : []).flatMap(({ flow, observed }) =>
    observed.known || !holes.has(observed.reason)
      ? []
      : [{ from: flow.from, reason: observed.reason, detail: observed.detail }],
  );
  return [...groupBy(lost, ({ from, detail }) => `${nodeOf(from)} ${detail}`).values()].flatMap((group) => {
    const first = group[0];
    return first === undefined
      ? []
      : [
          {
            what: `${group.length} ${group.length === 1 ? "probe" : "probes"} from ${nodeOf(first.from)}`,
            reason: first.detail,
            unlock: unlock(first.reason, first.detail),
          },
        ];
  });
}

function crashed(outcomes: readonly CheckOutcome[]): readonly Incomplete[] {
  return outcomes
    .filter(({ status }) => status === "crashed")
    .map(({ id, error }) => ({
      what: `check ${id} crashed`,
      reason: error ?? "",
      unlock: "this is a bug of netdoctor: report it with a bundle (kubectl netdoctor collect)",
    }));
}

function judged(policed: ReadonlyMap<string, string>, failing: ReadonlySet<string>): readonly Incomplete[] {
  const left = [...policed].filter(([flow]) => failing.has(flow));
  if (left.length === 0) return [];
  const policies = [...new Set(left.map(([, policy]) => policy))].slice(0, 3).join(", ");
  return [
    {
      what: `${left.length} failed flows were not judged`,
      reason: `they may be what NetworkPolicy ${policies} asks for: what it says to them is not certain`,
      unlock: "ask for the two ends: kubectl netdoctor policy FROM TO",
    },
  ];
}

function unlock(reason: string, detail: string): string {
  if (/violates PodSecurity/i.test(detail))
    return "allow the privileged PodSecurity level in the run's namespace, or run with --api-only";
  if (/exceeded quota|quota/i.test(detail)) return "raise the quota for Pods, or run with --api-only";
  if (/cannot create resource|may not create/i.test(detail))
    return "an account with the rights that `kubectl netdoctor rbac` prints, or run with --api-only";
  if (reason === "forbidden") return "an account with the rights that `kubectl netdoctor rbac` prints";
  if (/ImagePull|ErrImage/i.test(detail)) return "an image that the Nodes can pull: --image";
  if (reason === "timed-out")
    return "more time (--pod-timeout), or the Node's own trouble first: kubectl describe node";
  if (reason === "no-tool") return "an image that has the tools: --image";
  return "look with kubectl, then run again";
}
