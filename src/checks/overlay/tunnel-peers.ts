import { changesOn, defineCheck, defineFinding, nodeRef, podRef, reads, readsOn } from "../../model/define.ts";
import { type Finding, findingKey } from "../../model/finding.ts";
import { groupBy, type StoppedFlow, seenIn, stoppedBy } from "../../model/flow-outcome.ts";
import type { Node } from "../../model/kubernetes.ts";

export const tunnelPeerMissing = defineFinding<{
  readonly device: string;
  readonly what: string;
  readonly peer: string;
  readonly has: string;
  readonly expected: string;
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
  next: ({ device, what, peer }, { name }) =>
    what === "device"
      ? [readsOn(name, "ip", "-d", "link", "show"), readsOn(peer, "ip", "-d", "link", "show", "dev", device)]
      : [readsOn(name, "ip", "neigh", "show", "dev", device), readsOn(name, "bridge", "fdb", "show", "dev", device)],
});
export const neighbourWrong = defineFinding<{
  readonly device: string;
  readonly address: string;
  readonly has: string;
  readonly expected: string;
  readonly node: string;
}>({
  id: "neighbour-entry-wrong",
  severity: "error",
  what: ({ device, address, has, expected }) =>
    `has the wrong neighbour entry for ${address} on \`${device}\`: \`${has}\` instead of \`${expected}\``,
  why: () =>
    "Frames go to a hardware address that does not take them; the kernel does not ask again, since the entry is permanent.",
  next: ({ device, address, node }, { kind }) =>
    kind === "Pod"
      ? [readsOn(node, "nsenter", "-t", "POD_PID", "-n", "ip", "neigh", "show", "dev", device)]
      : [
          readsOn(node, "ip", "neigh", "show", "dev", device),
          changesOn(node, "ip", "neigh", "del", address, "dev", device),
        ],
});

export const tunnelDeviceMacChanged = defineFinding<{
  readonly device: string;
  readonly has: string;
  readonly known: string;
  readonly by: readonly string[];
}>({
  id: "tunnel-device-mac-changed",
  severity: "error",
  what: ({ device, has, known, by }) =>
    `has the MAC \`${has}\` on \`${device}\`, where ${by.slice(0, 3).join(", ")}${by.length > 3 ? ` and ${by.length - 3} more` : ""} ${by.length === 1 ? "sends" : "send"} to \`${known}\``,
  why: () =>
    "Encapsulated packets for its Pods arrive at this Node, and the tunnel device does not take the frame inside, which is for another hardware address: nothing from those Nodes reaches its Pods, and no answer does.",
  next: ({ device }, { name }) => [
    readsOn(name, "ip", "link", "show", "dev", device),
    readsOn(name, "ip", "neigh", "show", "dev", device),
    reads("kubectl", "get", "pods", "-A", "-o", "wide", "--field-selector", `spec.nodeName=${name}`),
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

function changedMacs(all: readonly Peer[], nodes: readonly Node[]): { findings: Finding[]; peers: Set<string> } {
  const findings: Finding[] = [];
  const peers = new Set<string>();
  for (const [peer, group] of groupBy(all, ({ stop }) => stop.peer)) {
    const known = formerMac(peer, group, nodes);
    const of = group.filter(({ stop }) => stop.what === "neighbour");
    const stop = of[0]?.stop;
    if (known === null || stop === undefined) continue;
    peers.add(peer);
    const by = [...new Set(of.map((one) => `Node ${one.stop.node}`))].sort();
    const params = { device: stop.device, has: stop.expected, known, by };
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
  needs: ["probed", "flows", "nodes", "nodeStates"],
  raises: [tunnelPeerMissing, tunnelDeviceMacChanged, neighbourWrong],
  run({ flows, nodes, nodeStates }) {
    const all = stoppedBy(flows, "tunnel-peer-missing");
    const changed = changedMacs(all, nodes);
    const peers = [
      ...groupBy(
        all.filter(({ stop }) => stop.what !== "neighbour" || !changed.peers.has(stop.peer)),
        ({ stop }) => `${stop.node} ${stop.device} ${stop.peer} ${stop.what}`,
      ).values(),
    ].flatMap((group) => {
      const stop = group[0]?.stop;
      return stop === undefined
        ? []
        : [
            tunnelPeerMissing.at(
              nodeRef(stop.node),
              { device: stop.device, what: stop.what, peer: stop.peer, has: stop.has, expected: stop.expected },
              seenIn(group),
            ),
          ];
    });
    const neighbours = [
      ...groupBy(
        stoppedBy(flows, "neighbour-wrong"),
        ({ stop }) => `${stop.node} ${stop.pod} ${stop.device} ${stop.address}`,
      ).values(),
    ].flatMap((group) => {
      const stop = group[0]?.stop;
      if (stop === undefined) return [];
      const { node, pod, device, address, has, expected } = stop;
      const subject = pod === null ? nodeRef(node) : podRef(pod);
      return [neighbourWrong.at(subject, { device, address, has, expected, node }, seenIn(group))];
    });
    return { examined: nodeStates.size, findings: [...changed.findings, ...peers, ...neighbours] };
  },
});
