import { bridgeOut } from "./bridge.ts";
import { routeEvidence } from "./evidence.ts";
import { tooBig } from "./link-state.ts";
import { describeNetns, hasAddress } from "./netns.ts";
import { notePrograms } from "./programs.ts";
import { routeText } from "./route-lookup.ts";
import { doubt, type Egress, type Position, stopped, type Trace, unknownAt } from "./trace.ts";
import { encapsulate } from "./tunnel.ts";
import { downDevice, fromPod, toPod } from "./veth.ts";
import { onWire } from "./wire.ts";
import { podPortOf } from "./world.ts";

const WIRE_KINDS = new Set(["", "veth", "bond", "team", "vlan", "macvlan", "ipvlan"]);

/** A frame leaves a namespace by a device: into a Pod, over a bridge, through a tunnel, or onto the wire. */
export function transmit(trace: Trace, egress: Egress): Position {
  const { netns, device, packet, route } = egress;
  const down = downDevice(trace.world, netns, device);
  if (down !== null) return down;
  const limit = Math.min(device.mtuBytes, route?.mtuBytes ?? device.mtuBytes);
  const big = tooBig(netns, { ...device, mtuBytes: limit }, packet.bytes);
  if (big !== null) {
    if (packet.inner === null) return big;
    // The outer packet may be fragmented: tunnel devices leave DF unset unless told otherwise (ip-link(8), vxlan df).
    doubt(
      trace,
      "may-stop",
      `the encapsulated packet of ${packet.bytes} bytes leaves ${device.name} of ${describeNetns(netns)} in fragments`,
    );
  }
  notePrograms(trace, netns, device);
  if (device.name === "lo") return overLoopback(egress);
  if (netns.pod !== null) return fromPod(trace, egress);
  switch (device.kind) {
    case "bridge":
      return bridgeOut(trace, egress);
    case "vxlan":
    case "ipip":
      return encapsulate(trace, egress);
    default: {
      const port = podPortOf(trace.world, netns, device);
      if (port !== null) return toPod(trace, port, device, egress.nextHop, packet);
      if (WIRE_KINDS.has(device.kind) && device.master === null) return onWire(trace, egress);
      return unknownAt(
        `how ${device.name} (${device.kind || "device"}) of ${describeNetns(netns)} sends packets on is not modelled`,
      );
    }
  }
}

/** A route over lo to an address that is not of this namespace: the packet comes back in and is for nobody there. */
function overLoopback({ netns, device, packet, route }: Egress): Position {
  if (route === null || hasAddress(netns, packet.destination) !== false) {
    return { at: "ingress", netns, device, nextHop: null, mac: null, packet };
  }
  const { node, pod } = netns;
  const links = netns.links.known ? netns.links.value : [];
  const expected = (pod === null ? null : links.find(({ kind }) => kind === "veth")?.name) ?? "a device that leads out";
  const place = { node, pod, destination: packet.destination.text, route: routeText(route) };
  return stopped({ kind: "wrong-route", ...place, expected }, [routeEvidence(netns, route)]);
}
