import { defineCheck, defineFinding, nodeRef, readsOn } from "../../model/define.ts";
import { groupBy, seenIn, stoppedBy } from "../../model/flow-outcome.ts";

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
}>({
  id: "neighbour-entry-wrong",
  severity: "error",
  what: ({ device, address, has, expected }) =>
    `has the wrong neighbour entry for ${address} on \`${device}\`: \`${has}\` instead of \`${expected}\``,
  why: () =>
    "Frames go to a hardware address that does not take them; the kernel does not ask again, since the entry is permanent.",
  next: ({ device }, { name }) => [readsOn(name, "ip", "neigh", "show", "dev", device)],
});

/** The static entries by which a VXLAN device finds the peer Node: neighbour (inner MAC) and FDB (outer address), RFC 7348 section 4. */
export const overlayTunnelPeers = defineCheck({
  id: "overlay/tunnel-peers",
  question: "Does every tunnel device know every peer Node?",
  needs: ["probed", "flows", "nodeStates"],
  raises: [tunnelPeerMissing, neighbourWrong],
  run({ flows, nodeStates }) {
    const peers = [
      ...groupBy(
        stoppedBy(flows, "tunnel-peer-missing"),
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
      return stop === undefined
        ? []
        : [
            neighbourWrong.at(
              nodeRef(stop.node),
              { device: stop.device, address: stop.address, has: stop.has, expected: stop.expected },
              seenIn(group),
            ),
          ];
    });
    return { examined: nodeStates.size, findings: [...peers, ...neighbours] };
  },
});
