import { defineCheck, defineFinding, nodeRef, readsOn } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import type { FlowResult } from "../../model/flow.ts";
import { groupBy, seenIn, stoppedBy, succeeded } from "../../model/flow-outcome.ts";

export const packetLargerThanDeviceMtu = defineFinding<{
  readonly device: string;
  readonly mtuBytes: number;
  readonly packetBytes: number;
}>({
  id: "packet-larger-than-device-mtu",
  severity: "error",
  what: ({ device, mtuBytes, packetBytes }) =>
    `loses packets of ${packetBytes} bytes, which its Pods' devices send: \`${device}\` on their way takes ${mtuBytes} bytes`,
  why: () =>
    "Connections open and small answers arrive, then transfers and TLS handshakes hang: the packet is too large for the device, and no message that says so (RFC 1191) reaches the sender.",
  next: ({ device }, { name }) => [
    readsOn(name, "ip", "-d", "link", "show", "dev", device),
    readsOn(name, "ip", "link", "show"),
  ],
});

/** Only where the packet was lost: a device that is narrower and says so is path MTU discovery at work. */
export const pathDeviceMtu = defineCheck({
  id: "path/device-mtu",
  question: "Does every device on the way take packets as large as the Pods send?",
  needs: ["probed", "flows", "nodeStates"],
  raises: [packetLargerThanDeviceMtu],
  run({ flows, nodeStates }) {
    const lost = stoppedBy(flows, "packet-too-big").filter(({ seen }) => seen);
    const findings = [...groupBy(lost, ({ stop }) => `${stop.node} ${stop.device}`).values()].flatMap((group) => {
      const stop = group[0]?.stop;
      if (stop === undefined) return [];
      const { device, mtuBytes, packetBytes } = stop;
      const seen = seenIn(group);
      const holes = nodesWhollyExplained(flows, new Set(seen.explains)).map((node) =>
        findingKey("path-mtu-black-hole", nodeRef(node)),
      );
      return [
        packetLargerThanDeviceMtu.at(
          nodeRef(stop.node),
          { device, mtuBytes, packetBytes },
          { ...seen, explains: [...seen.explains, ...holes] },
        ),
      ];
    });
    return { examined: nodeStates.size, findings };
  },
});

/** The Nodes all of whose lost large packets are among these flows: a black hole elsewhere stays one of its own. */
function nodesWhollyExplained(flows: readonly FlowResult[], explained: ReadonlySet<string>): readonly string[] {
  const failed = flows.filter(
    ({ flow, observed }) => flow.purpose === "path-mtu" && observed.known && !succeeded(flow, observed.value),
  );
  const nodesOf = ({ flow }: FlowResult) => [flow.from, flow.to].flatMap((end) => (end.kind === "Pod" ? end.node : []));
  return [...new Set(failed.flatMap(nodesOf))]
    .filter((node) => failed.every((result) => !nodesOf(result).includes(node) || explained.has(result.flow.id)))
    .sort();
}
