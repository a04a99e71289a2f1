import { agentOn } from "../../model/cni.ts";
import { changesOn, defineCheck, defineFinding, nodeRef, podRef, readsOn } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import { type Finding, findingKey } from "../../model/finding.ts";
import { groupBy, type StoppedFlow, seenIn, stoppedBy } from "../../model/flow-outcome.ts";
import type { Node } from "../../model/kubernetes.ts";
import { enterPod } from "../../model/pod-netns.ts";
import { restart } from "../../model/restart.ts";

export const tunnelPeerMissing = defineFinding<{
  readonly device: string;
  readonly what: string;
  readonly peer: string;
  readonly has: string;
  readonly expected: string;
  /** The Pod that keeps these entries on the Node; "" where none is known. */
  readonly agent: string;
}>({
  id: "tunnel-peer-missing",
  severity: "error",
  what: ({ device, what, peer, has, expected }) => {
    if (what === "device")
      return `has no tunnel device for the packets of Node ${peer}, which are ${expected}; ${has === "" ? "it has none of that kind" : `it has ${has}`}`;
    const entry = what === "fdb" ? "forwarding entry (FDB)" : `${what} entry`;
    return `${has === "" ? `has no ${entry}` : `has the ${entry} \`${has}\`${expected === "" ? "" : ` instead of \`${expected}\``}`} for Node ${peer} on \`${device}\``;
  },
  why: ({ what, peer }) =>
    what === "device"
      ? `The encapsulated packets of ${peer} arrive, and no device here takes the Pods' packets out of them.`
      : `Packets for the Pods of ${peer} are encapsulated for nobody, or for somebody else, and are lost.`,
  next: ({ device, what, peer, agent }, { name }) =>
    what === "device"
      ? [readsOn(name, "ip", "-d", "link", "show"), readsOn(peer, "ip", "-d", "link", "show", "dev", device)]
      : [
          readsOn(name, "ip", "neigh", "show", "dev", device),
          readsOn(name, "bridge", "fdb", "show", "dev", device),
          ...restart(agent),
        ],
});
export const neighbourWrong = defineFinding<{
  readonly device: string;
  readonly address: string;
  readonly has: string;
  readonly expected: string;
  readonly node: string;
  /** The file of the Pod's network namespace, where the entry is in one; "" where none is known. */
  readonly netns: string;
}>({
  id: "neighbour-entry-wrong",
  severity: "error",
  what: ({ device, address, has, expected }) =>
    `has the wrong neighbour entry for ${address} on \`${device}\`: \`${has}\` instead of \`${expected}\``,
  why: () =>
    "Frames go to a hardware address that does not take them; the kernel does not ask again, since the entry is permanent.",
  next: ({ device, address, node, netns }, { kind }) => {
    const enter = kind === "Pod" ? enterPod(netns) : [];
    return [
      readsOn(node, ...enter, "ip", "neigh", "show", "dev", device),
      changesOn(node, ...enter, "ip", "neigh", "del", address, "dev", device),
    ];
  },
});

export const tunnelDeviceMacChanged = defineFinding<{
  readonly device: string;
  readonly has: string;
  readonly known: string;
  readonly by: readonly string[];
  readonly agent: string;
}>({
  id: "tunnel-device-mac-changed",
  severity: "error",
  what: ({ device, has, known, by }) =>
    `has the MAC \`${has}\` on \`${device}\`, where ${by.slice(0, 3).join(", ")}${by.length > 3 ? ` and ${by.length - 3} more` : ""} ${by.length === 1 ? "sends" : "send"} to \`${known}\``,
  why: () =>
    "Encapsulated packets for its Pods arrive at this Node, and the tunnel device does not take the frame inside, which is for another hardware address: nothing from those Nodes reaches its Pods, and no answer does.",
  next: ({ device, agent }, { name }) => [
    readsOn(name, "ip", "link", "show", "dev", device),
    readsOn(name, "ip", "neigh", "show", "dev", device),
    // It tells the other Nodes the address that the device has by then.
    ...restart(agent),
  ],
});

type Peer = StoppedFlow<"tunnel-peer-missing">;

/** The MAC that a peer's own device had when the others learnt it: they all hold the same, or its agent has announced it (flannel). */
function formerMac(peer: string, all: readonly Peer[], nodes: readonly Node[]): string | null {
  const held = all.filter(({ stop }) => stop.peer === peer && stop.what === "neighbour");
  const [has, ...others] = [...new Set(held.map(({ stop }) => stop.has))];
  if (has === undefined || has === "" || others.length > 0) return null;
  const announced = nodes.find(({ name }) => name === peer)?.annotations["flannel.alpha.coreos.com/backend-data"] ?? "";
  const agreed = new Set(held.map(({ stop }) => stop.node)).size > 1;
  return agreed || announced.toLowerCase().includes(`"${has}"`) ? has : null;
}

/** A device that is given another address loses its own neighbour entries with it (neigh_changeaddr, net/core/neighbour.c). */
function emptied(node: string, all: readonly Peer[]): readonly string[] {
  const own = all.filter(({ stop }) => stop.node === node);
  const lost = own.filter(({ stop }) => stop.what === "neighbour" && stop.has === "");
  return own.length === lost.length ? [findingKey("tunnel-peer-missing", nodeRef(node))] : [];
}

function changedMacs(
  all: readonly Peer[],
  { nodes, cni }: Pick<Facts, "nodes" | "cni">,
): { findings: Finding[]; peers: Set<string> } {
  const findings: Finding[] = [];
  const peers = new Set<string>();
  for (const [peer, group] of groupBy(all, ({ stop }) => stop.peer)) {
    const known = formerMac(peer, group, nodes);
    const of = group.filter(({ stop }) => stop.what === "neighbour");
    const stop = of[0]?.stop;
    if (known === null || stop === undefined) continue;
    peers.add(peer);
    const by = [...new Set(of.map((one) => `Node ${one.stop.node}`))].sort();
    const params = { device: stop.device, has: stop.expected, known, by, agent: agentOn(peer, cni) };
    const seen = seenIn(of);
    const explains = [...seen.explains, ...emptied(peer, all)];
    findings.push(tunnelDeviceMacChanged.at(nodeRef(peer), params, { ...seen, explains }));
  }
  return { findings, peers };
}

/** The static entries by which a VXLAN device finds the peer Node: neighbour (inner MAC) and FDB (outer address), RFC 7348 section 4. */
export const overlayTunnelPeers = defineCheck({
  id: "overlay/tunnel-peers",
  question: "Does every tunnel device know every peer Node?",
  needs: ["probed", "flows", "nodes", "nodeStates", "cni"],
  raises: [tunnelPeerMissing, tunnelDeviceMacChanged, neighbourWrong],
  run({ flows, nodes, nodeStates, cni }) {
    const all = stoppedBy(flows, "tunnel-peer-missing");
    const changed = changedMacs(all, { nodes, cni });
    const peers = [
      ...groupBy(
        all.filter(({ stop }) => stop.what !== "neighbour" || !changed.peers.has(stop.peer)),
        ({ stop }) => `${stop.node} ${stop.device} ${stop.peer} ${stop.what}`,
      ).values(),
    ].flatMap((group) => {
      const stop = group[0]?.stop;
      if (stop === undefined) return [];
      const { node, device, what, peer, has, expected } = stop;
      const agent = agentOn(node, cni);
      return [tunnelPeerMissing.at(nodeRef(node), { device, what, peer, has, expected, agent }, seenIn(group))];
    });
    const neighbours = [
      ...groupBy(
        stoppedBy(flows, "neighbour-wrong"),
        ({ stop }) => `${stop.node} ${stop.pod} ${stop.device} ${stop.address}`,
      ).values(),
    ].flatMap((group) => {
      const stop = group[0]?.stop;
      if (stop === undefined) return [];
      const { node, pod, device, address, has, expected, netns } = stop;
      const subject = pod === null ? nodeRef(node) : podRef(pod);
      return [neighbourWrong.at(subject, { device, address, has, expected, node, netns }, seenIn(group))];
    });
    return { examined: nodeStates.size, findings: [...changed.findings, ...peers, ...neighbours] };
  },
});
