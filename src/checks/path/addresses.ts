import { defineCheck, defineFinding, nodeRef, reads, readsOn, refOf } from "../../model/define.ts";
import type { Finding } from "../../model/finding.ts";
import { groupBy, type StoppedFlow, seenIn, stoppedBy } from "../../model/flow-outcome.ts";
import type { Pod } from "../../model/kubernetes.ts";
import { enterPod } from "../../model/pod-netns.ts";
import { parseAddress } from "../../net/cidr.ts";
import { mendedBridges } from "../../path/mended-bridges.ts";

export const podAddressMissing = defineFinding<{
  readonly address: string;
  readonly node: string;
  readonly netns: string;
}>({
  id: "pod-address-missing",
  severity: "error",
  what: ({ address }) => `has ${address} in its status and on no device in its network namespace`,
  why: () =>
    "Whoever sends to that address reaches a Pod that does not take the packet as its own, and the Pod has no address to send from.",
  next: ({ node, netns }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "pod", name, "-o", "jsonpath={.status.podIPs}"),
    reads("kubectl", "-n", namespace, "exec", name, "--", "ip", "addr"),
    readsOn(node, ...enterPod(netns), "ip", "addr"),
  ],
});
export const gatewayAddressMissing = defineFinding<{ readonly address: string; readonly since: boolean }>({
  id: "gateway-address-missing",
  severity: "error",
  what: ({ address, since }) =>
    since
      ? `had no device with ${address}, the gateway of its Pods, when this run started, until starting a Pod there set it`
      : `has no device with ${address}, the gateway of its Pods`,
  why: () =>
    "The Pods of this Node ask for that address and nobody answers: whatever they send beyond their own bridge is lost, and with the address the route to them went as well.",
  next: ({ address }, { name }) => [
    readsOn(name, "ip", "addr", "show", "type", "bridge"),
    readsOn(name, "ip", "route", "get", address),
  ],
});

/** Addresses that paths need and nobody has: a Pod's own, and the one that the Pods of a Node send by. */
export const pathAddresses = defineCheck({
  id: "path/addresses",
  question: "Does every Pod have its address, and every Node that of its Pods' gateway?",
  needs: ["probed", "flows", "pods", "nodeStates"],
  raises: [podAddressMissing, gatewayAddressMissing],
  run({ flows, pods, nodeStates }) {
    // A bridge that was down had no route either; that has a name of its own.
    const mended = [...nodeStates.values()].flatMap(mendedBridges).flatMap(({ node, wasDown, gained, evidence }) => {
      const [address] = gained;
      if (wasDown || address === undefined) return [];
      return [gatewayAddressMissing.at(nodeRef(node), { address, since: true }, { confidence: "proven", evidence })];
    });
    const groups = groupBy(
      stoppedBy(flows, "address-missing"),
      ({ stop }) => `${stop.node} ${stop.pod ?? ""} ${stop.address}`,
    );
    const own = new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]));
    return {
      examined: pods.filter(({ hostNetwork, phase }) => !hostNetwork && phase === "Running").length,
      findings: [...[...groups.values()].flatMap((group) => finding(group, own)), ...mended],
    };
  },
});

type Missing = StoppedFlow<"address-missing">;

function finding(group: readonly Missing[], pods: ReadonlyMap<string, Pod>): readonly Finding[] {
  const stop = group[0]?.stop;
  if (stop === undefined) return [];
  if (stop.pod === null)
    return group.some(isAnEnd)
      ? []
      : [gatewayAddressMissing.at(nodeRef(stop.node), { address: stop.address, since: false }, seenIn(group))];
  const pod = pods.get(stop.pod);
  const isOwn = pod?.ips.some((ip) => (parseAddress(ip)?.text ?? ip) === stop.address) ?? false;
  if (pod === undefined || !isOwn) return [];
  return [
    podAddressMissing.at(
      refOf("Pod", pod),
      { address: stop.address, node: stop.node, netns: stop.netns },
      seenIn(group),
    ),
  ];
}

/** A sender or receiver that is nowhere (an endpoint of a Pod long gone) is no gateway. */
function isAnEnd({ result: { flow, predicted }, stop }: Missing): boolean {
  const ends = [flow.from.ip, flow.to.ip, ...predicted.map(({ destination }) => destination)];
  return ends.some((end) => (parseAddress(end)?.text ?? end) === stop.address);
}
