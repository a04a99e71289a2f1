import type { WitnessPlan } from "../../model/witness-plan.ts";

/** What a witness adds to each Node, one line each, for people to read before it is done. */
export function witnessLines({ mark, targets, seconds, count, send }: WitnessPlan): readonly string[] {
  const nodes = [...new Set(targets.map(({ place }) => place.node))];
  const sent =
    mark.protocol === "icmp"
      ? "2 pings"
      : mark.protocol === "udp"
        ? `at most 2 UDP datagrams from port ${mark.sourcePort ?? 0}`
        : `one TCP connection from port ${mark.sourcePort ?? 0}`;
  return [
    ...nodes.flatMap((node) => {
      const places = targets
        .filter(({ place }) => place.node === node)
        .map(({ place }) => (place.pod === null ? "the Node's own" : `Pod ${place.pod}'s`));
      return [
        `${node}: tcpdump in ${places.join(" and ")} network namespace: headers only, ${count} packets at most`,
        `${node}: nftables table inet netdoctor_${mark.run} in the same namespaces, which switches the kernel's rule trace on for this flow only; it drops and changes nothing`,
        `${node}: tracing instance netdoctor_${mark.run} (packet events of this size, drop reasons)`,
      ];
    }),
    `${send.node}: sends ${sent} to ${send.target}${mark.protocol === "icmp" ? "" : ` port ${send.port}`}`,
    `all of it is removed when the packet has been sent, when the connection is lost, and after ${seconds} s whatever happens`,
  ];
}
