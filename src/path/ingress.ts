import type { Link } from "../model/node.ts";
import { type Address, cidrOf, includesAddress } from "../net/cidr.ts";
import { parseHost } from "./address.ts";
import { bridgeIn, proxies } from "./bridge.ts";
import { detached } from "./bridge-port.ts";
import { addressEvidence } from "./evidence.ts";
import { receive } from "./ip-input.ts";
import { checkNeighbour, neighbourOf } from "./neighbour.ts";
import { describeNetns, hasAddress, type Netns, sysctl } from "./netns.ts";
import { notePrograms } from "./programs.ts";
import { lookupRoute } from "./route-lookup.ts";
import { hasOtherDatapath } from "./service-translation.ts";
import { doubt, type Ingress, type Position, stopped, type Trace, unknownAt } from "./trace.ts";
import { type PodPort, podPortOf } from "./world.ts";

/** A frame comes in by a device: over a bridge, from an unbridged Pod, from a tunnel or from the wire. */
export function accept(trace: Trace, ingress: Ingress): Position {
  const { netns, device, nextHop, packet } = ingress;
  notePrograms(trace, netns, device);
  const port = podPortOf(trace.world, netns, device);
  if (port !== null && nextHop !== null) {
    const bridge = missingBridge(netns, device, ingress);
    if (bridge !== null) return detached(netns, bridge, port.pod, device);
  }
  if (device.master !== null) {
    const master = netns.linksByName.get(device.master);
    if (master?.kind === "bridge") return bridgeIn(trace, ingress, master);
    const kind = master === undefined ? "unknown" : master.kind || "device";
    return unknownAt(
      `how ${device.master} (${kind}) of ${describeNetns(netns)} forwards what ${device.name} receives is not modelled`,
    );
  }
  if (port !== null) {
    const unanswered = checkGateway(trace, port, ingress);
    if (unanswered !== null) return unanswered;
    noteOtherDatapath(trace, netns, ingress);
  }
  return receive(trace, netns, { device, port: null }, packet);
}

/** The bridge whose subnet the Pod and its next hop are in, where the veth is on another bridge or on none. */
function missingBridge(netns: Netns, device: Link, { nextHop, packet }: Ingress): Link | null {
  if (nextHop === null || !netns.links.known) return null;
  const master = device.master === null ? null : netns.linksByName.get(device.master);
  if (master !== null && master?.kind !== "bridge") return null;
  const bridges = netns.links.value.filter((link) => link.kind === "bridge" && spans(link, [nextHop, packet.source]));
  const [only] = bridges;
  return bridges.length === 1 && only !== undefined && only.name !== device.master && !spans(device, [nextHop])
    ? only
    : null;
}

function spans(link: Link, addresses: readonly Address[]): boolean {
  return link.addresses.some((entry) => {
    const own = parseHost(entry.address);
    const subnet = own === null ? null : cidrOf(own, entry.prefixLength);
    return subnet !== null && addresses.every((address) => includesAddress(subnet, address));
  });
}

/** The Pod's gateway must answer on the veth itself: the Node has the address, or answers for it (proxy_arp). */
function checkGateway(trace: Trace, port: PodPort, { nextHop, mac }: Ingress): Position | null {
  if (nextHop === null) return null;
  const { host, hostLink, pod, podLink } = port;
  const wrong = checkNeighbour(trace, pod, podLink, nextHop, hostLink);
  if (wrong !== null) return wrong;
  if (mac !== null || hasAddress(host, nextHop) !== false || proxies(host, hostLink)) return null;
  const off = sysctl(host, `net.ipv4.conf.${hostLink.name.replaceAll(".", "/")}.proxy_arp`) === "0";
  const answered = neighbourOf(pod, podLink.name, nextHop)?.mac != null;
  if (!off || answered || nextHop.family === "IPv6" || sysctl(host, "net.ipv4.conf.all.proxy_arp") !== "0") return null;
  const stop = { kind: "address-missing", node: host.node, pod: null, netns: "", address: nextHop.text } as const;
  return stopped(stop, [addressEvidence(host)]);
}

/** The Node's routes lead to this Pod by a device that hands packets to eBPF: then the IP stack may not see this one. */
function noteOtherDatapath(trace: Trace, netns: Netns, { device, packet }: Ingress): void {
  if (!hasOtherDatapath(netns)) return;
  const query = { destination: packet.source, source: null, mark: packet.mark, inputDevice: null };
  const back = lookupRoute(netns, query);
  if (back.kind === "route" && back.device === device.name) return;
  doubt(
    trace,
    "may-change",
    `packets of ${device.name} on ${describeNetns(netns)} may be handed on by eBPF programs instead of its IP stack`,
  );
}
