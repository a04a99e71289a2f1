import { changesOn, defineCheck, defineFinding, nodeRef, podRef, readsOn } from "../../model/define.ts";
import { groupBy, seenIn, stoppedBy } from "../../model/flow-outcome.ts";
import { enterPod } from "../../model/pod-netns.ts";
import { mendedBridges } from "../../path/mended-bridges.ts";

export const vethDetachedFromBridge = defineFinding<{
  readonly device: string;
  readonly bridge: string;
  readonly master: string;
  readonly node: string;
}>({
  id: "veth-detached-from-bridge",
  severity: "error",
  what: ({ device, bridge, master }) =>
    `is cut off: its veth \`${device}\` is ${master === "" ? "in no bridge" : `in bridge \`${master}\``} instead of \`${bridge}\``,
  why: () =>
    "The Pod's gateway is on that bridge. Whatever the Pod sends ends in the veth, and nobody reaches the Pod, not even the kubelet's probes.",
  next: ({ device, bridge, node }) => [
    readsOn(node, "ip", "link", "show", "dev", device),
    changesOn(node, "ip", "link", "set", "dev", device, "master", bridge),
  ],
});
export const podLinkDown = defineFinding<{
  readonly device: string;
  readonly node: string;
  readonly onNode: boolean;
  readonly netns: string;
}>({
  id: "pod-link-down",
  severity: "error",
  what: ({ device, node, onNode }) =>
    onNode
      ? `is cut off: \`${device}\`, its veth's end on Node ${node}, is down`
      : `is cut off: its device \`${device}\` is down`,
  why: () => "A device that is down neither sends nor receives; the Pod is unreachable and reaches nobody.",
  next: ({ device, node, onNode, netns }) =>
    onNode
      ? [
          readsOn(node, "ip", "-d", "link", "show", "dev", device),
          changesOn(node, "ip", "link", "set", "dev", device, "up"),
        ]
      : [readsOn(node, ...enterPod(netns), "ip", "-d", "link", "show", "dev", device)],
});
export const nodeLinkDown = defineFinding<{ readonly device: string; readonly since: boolean }>({
  id: "node-link-down",
  severity: "error",
  what: ({ device, since }) =>
    since
      ? `had the device \`${device}\`, which carries Pod traffic, down when this run started, until starting a Pod there took it up`
      : `has the device \`${device}\`, which carries Pod traffic, down`,
  why: ({ since }) =>
    `${since ? "Something on the Node takes it down, and the CNI's bridge plugin takes it up with the next Pod that starts. In between, every" : "Every"} packet that the routing table sends through it is lost.`,
  next: ({ device }, { name }) => [
    readsOn(name, "ip", "-d", "link", "show", "dev", device),
    changesOn(name, "ip", "link", "set", "dev", device, "up"),
  ],
});

/** Both ends of each Pod's veth pair, as the predicted paths met them. */
export const podVeth = defineCheck({
  id: "pod/veth",
  question: "Is every Pod's veth pair up and connected on its Node?",
  needs: ["probed", "flows", "pods", "nodeStates"],
  raises: [vethDetachedFromBridge, podLinkDown, nodeLinkDown],
  run({ flows, pods, nodeStates }) {
    const mended = [...nodeStates.values()]
      .flatMap(mendedBridges)
      .flatMap(({ node, device, wasDown, evidence }) =>
        wasDown ? [nodeLinkDown.at(nodeRef(node), { device, since: true }, { confidence: "proven", evidence })] : [],
      );
    const detached = [...groupBy(stoppedBy(flows, "detached-from-bridge"), ({ stop }) => stop.pod).values()].flatMap(
      (group) => {
        const stop = group[0]?.stop;
        if (stop === undefined) return [];
        return [
          vethDetachedFromBridge.at(
            podRef(stop.pod),
            { device: stop.device, bridge: stop.bridge, master: stop.master ?? "", node: stop.node },
            seenIn(group),
          ),
        ];
      },
    );
    const down = [
      ...groupBy(stoppedBy(flows, "link-down"), ({ stop }) => `${stop.node} ${stop.pod} ${stop.device}`).values(),
    ].flatMap((group) => {
      const stop = group[0]?.stop;
      if (stop === undefined) return [];
      const { node, device, endOf, netns } = stop;
      const pod = stop.pod ?? endOf ?? null;
      return pod === null
        ? [nodeLinkDown.at(nodeRef(node), { device, since: false }, seenIn(group))]
        : [podLinkDown.at(podRef(pod), { device, node, onNode: stop.pod === null, netns }, seenIn(group))];
    });
    return {
      examined: pods.filter(({ hostNetwork, phase }) => !hostNetwork && phase === "Running").length,
      findings: [...detached, ...down, ...mended],
    };
  },
});
