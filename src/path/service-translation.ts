import { describeNetns, type Netns } from "./netns.ts";
import { exactPort, type Packet } from "./packet.ts";
import { serviceRules } from "./service-rules.ts";
import { doubt, hop, type Position, stopped, type Trace, unknownAt } from "./trace.ts";

type Translated = { readonly at: "passes"; readonly packet: Packet } | Position;

/**
 * After the hook where a Service's address is translated: if it still is the Service's, either the Node's rules lack it,
 * or something else than iptables and nftables rules does the work, and then the walk goes on to the endpoint in doubt.
 */
export function checkTranslation(trace: Trace, netns: Netns, packet: Packet): Translated {
  const { plan } = trace;
  const passes: Translated = { at: "passes", packet };
  if (plan === null || netns.pod !== null || packet.state === "reply" || packet.inner !== null) return passes;
  const port = packet.destinationPorts;
  if (packet.destination.text !== plan.address.text || port?.first !== plan.port) return passes;
  if (plan.nodePort && !netns.addresses.has(plan.address.text)) return passes;
  const { nodePort } = plan;
  const key = { address: plan.address, port: plan.port, protocol: packet.protocol, nodePort };
  const { state, endpoints, evidence } = serviceRules(netns, key);
  const [holder] = netns.addresses.get(plan.address.text) ?? [];
  // Rules that lead to no endpoint at all, while the API has one, are as good as none.
  const lacking = state === "missing" || (state === "present" && endpoints.size === 0);
  if (lacking && !nodePort && holder === undefined && !hasOtherDatapath(netns)) {
    const { service, address } = plan;
    const stop = {
      kind: "no-service-rule",
      node: netns.node,
      service,
      address: address.text,
      port: plan.port,
    } as const;
    return stopped(stop, evidence);
  }
  if (state === "present") return notChosen(trace, netns, passes);
  const why =
    holder === undefined || nodePort
      ? "no iptables or nftables rule"
      : `device ${holder.name} and no iptables or nftables rule`;
  doubt(trace, "may-change", `on ${describeNetns(netns)} ${why} translates Service ${plan.service} (IPVS or eBPF may)`);
  hop(trace, netns, "", `Service ${plan.service} to ${plan.endpoint}, as the API says`);
  const destinationPorts = exactPort(plan.endpointPort);
  return {
    at: "passes",
    packet: { ...packet, destination: plan.endpointAddress, destinationPorts, destinationTranslated: true },
  };
}

/** The rules know the Service, yet do not send this packet to this endpoint (it is of another Node, say): it goes on as it is. */
function notChosen(trace: Trace, netns: Netns, passes: Translated): Translated {
  const plan = trace.plan;
  const reason = `the rules of ${describeNetns(netns)} do not send this packet to ${plan?.endpoint ?? ""} of Service ${plan?.service ?? ""}`;
  if (trace.doubts.length > 0) return unknownAt(reason);
  trace.notChosen = true;
  doubt(trace, "may-stop", reason);
  return passes;
}

/** Both ends of a veth pair in one namespace: packets are handed on by programs at its ends (eBPF), not by routing. */
export function hasOtherDatapath(netns: Netns): boolean {
  if (!netns.links.known) return true;
  return netns.links.value.some(
    ({ kind, peerIndex, peerNetnsId }) =>
      kind === "veth" &&
      peerNetnsId === null &&
      peerIndex !== null &&
      netns.linksByIndex.get(peerIndex)?.kind === "veth",
  );
}
