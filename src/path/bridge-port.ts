import type { Link } from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import { addressEvidence, linkEvidence } from "./evidence.ts";
import { describeNetns, hasAddress, type Netns } from "./netns.ts";
import { type Position, stopped, type Trace, unknownAt } from "./trace.ts";
import { netnsOfPod, type PodPort, podPortOf } from "./world.ts";

/** The bridge port behind which a Pod has this address; null if there is none. */
export function findPort(trace: Trace, host: Netns, bridge: Link, address: Address): PodPort | null {
  const ports = trace.world.podPortsByAddress.get(`${host.node} ${address.text}`) ?? [];
  return ports.find(({ hostLink }) => hostLink.master === bridge.name) ?? null;
}

/** Ports of a bridge that lead elsewhere than to a Pod that was read: an uplink, a tunnel, a container of another kind. */
export function otherPorts(trace: Trace, host: Netns, bridge: Link): readonly Link[] {
  const links = host.links.known ? host.links.value : [];
  return links.filter((link) => link.master === bridge.name && podPortOf(trace.world, host, link) === null);
}

/** Nobody on the bridge has the address: why, as far as the facts tell. */
export function whyNoPort(trace: Trace, host: Netns, bridge: Link, address: Address): Position {
  const pods = trace.world.podsByAddress.get(address.text) ?? [];
  const here = pods.find(({ node }) => node === host.node);
  if (here !== undefined) {
    const netns = netnsOfPod(trace.world, here);
    const name = `${here.namespace}/${here.name}`;
    if (netns === null) return unknownAt(`the network namespace of Pod ${name} was not read on Node ${host.node}`);
    return whyPodUnreachable(host, bridge, netns, address);
  }
  const [other] = otherPorts(trace, host, bridge);
  if (other !== undefined) {
    return unknownAt(
      `who has ${address.text} behind ${other.name} on bridge ${bridge.name} of Node ${host.node} was not read`,
    );
  }
  const state = trace.world.nodeStates.get(host.node);
  if (state === undefined || !state.netns.known) {
    return unknownAt(`the network namespaces of the Pods on Node ${host.node} were not read`);
  }
  const stop = { kind: "address-missing", node: host.node, pod: null, netns: "", address: address.text } as const;
  const seen = {
    source: `${host.capture}/link`,
    where: `bridge ${bridge.name}`,
    value: `no port of it has ${address.text} behind it`,
  };
  return stopped(stop, [seen, addressEvidence(host)]);
}

function whyPodUnreachable(host: Netns, bridge: Link, pod: Netns, address: Address): Position {
  if (!pod.links.known) return unknownAt(`the devices of ${describeNetns(pod)} could not be read: ${pod.links.detail}`);
  if (hasAddress(pod, address) !== true) {
    const stop = {
      kind: "address-missing",
      node: host.node,
      pod: pod.pod,
      netns: pod.path,
      address: address.text,
    } as const;
    return stopped(stop, [addressEvidence(pod)]);
  }
  const [podLink] = pod.addresses.get(address.text) ?? [];
  const hostLink = podLink?.peerIndex == null ? undefined : host.linksByIndex.get(podLink.peerIndex);
  if (hostLink === undefined || hostLink.kind !== "veth" || hostLink.peerIndex !== podLink?.index) {
    return unknownAt(
      `what ${podLink?.name ?? "no device"} of ${describeNetns(pod)} is connected to could not be found`,
    );
  }
  return detached(host, bridge, pod, hostLink);
}

/** The Pod's veth is not on the bridge that has its gateway. */
export function detached(host: Netns, bridge: Link, pod: Netns, hostLink: Link): Position {
  const { master } = hostLink;
  const stop = { kind: "detached-from-bridge", node: host.node, pod: pod.pod ?? "", device: hostLink.name } as const;
  const gateways = bridge.addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(", ");
  const where = { source: `${host.capture}/addr`, where: bridge.name, value: gateways || "no address" };
  return stopped({ ...stop, bridge: bridge.name, master }, [linkEvidence(host, hostLink), where]);
}
