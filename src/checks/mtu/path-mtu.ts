import { defineCheck, defineFinding, evidence, nodeRef, readsOn } from "../../model/define.ts";
import type { FlowResult } from "../../model/flow.ts";

export const pathMtuBlackHole = defineFinding<{
  readonly packetBytes: number;
  readonly largestBytes: number;
  readonly peers: readonly string[];
  readonly target: string;
}>({
  id: "path-mtu-black-hole",
  severity: "error",
  what: ({ packetBytes, largestBytes }) =>
    `loses large packets silently: ${largestBytes} bytes pass between its Pods and other Nodes, the Pods' MTU of ${packetBytes} does not`,
  why: () =>
    "Connections open and small answers arrive, then transfers and TLS handshakes hang: no ICMP message (RFC 1191, fragmentation needed) tells the sender to send smaller packets.",
  next: ({ target, packetBytes }, { name }) => [
    readsOn(name, "ping", "-c", "3", "-M", "do", "-s", String(packetBytes - 28), target),
    readsOn(name, "ip", "-d", "link"),
  ],
});

/** Small packets pass, the largest the Pod's device takes is lost and nobody says why. Named on the Node that all failing pairs share. */
export const mtuPathMtu = defineCheck({
  id: "mtu/path-mtu",
  question: "Do packets as large as the Pods' MTU arrive on other Nodes?",
  needs: ["probed", "flows"],
  raises: [pathMtuBlackHole],
  run({ flows }) {
    const measured = flows.filter(({ flow, observed }) => flow.purpose === "path-mtu" && observed.known);
    const lost = measured.filter(({ observed }) => observed.known && observed.value.outcome === "lost-large");
    return { examined: measured.length, findings: blame(lost, measured) };
  },
});

function blame(lost: readonly FlowResult[], measured: readonly FlowResult[]) {
  const nodes = [...new Set(lost.flatMap(nodesOf))];
  const failures = (node: string) => lost.filter((result) => nodesOf(result).includes(node));
  // A Node is the cause of its own failing pairs when none of its pairs passes and the others pass among themselves.
  const wholly = nodes.filter((node) =>
    measured.filter((result) => nodesOf(result).includes(node)).every((result) => lost.includes(result)),
  );
  const shared = wholly.filter((node) => failures(node).length === lost.length);
  const blamed = shared.length > 0 ? shared : wholly.length > 0 && wholly.length < nodes.length ? wholly : nodes;
  return blamed.slice(0, shared.length > 0 ? 1 : undefined).flatMap((node) => {
    const of = failures(node);
    const first = of[0];
    if (first === undefined || !first.observed.known) return [];
    const sizes = of.flatMap(({ observed }) =>
      observed.known && observed.value.largestBytes !== null ? [observed.value.largestBytes] : [],
    );
    return [
      pathMtuBlackHole.at(
        nodeRef(node),
        {
          packetBytes: first.flow.packetBytes ?? 0,
          largestBytes: Math.max(...sizes),
          peers: [...new Set(of.flatMap(nodesOf))].filter((peer) => peer !== node),
          target: first.flow.to.ip,
        },
        {
          confidence: "proven",
          evidence: of
            .slice(0, 3)
            .map(({ flow, observed }) =>
              evidence(
                `probe/${flow.id}`,
                "DF ping",
                observed.known ? `${flow.packetBytes} bytes lost, ${observed.value.largestBytes} bytes pass` : "",
              ),
            ),
          explains: of.map(({ flow }) => flow.id),
        },
      ),
    ];
  });
}
const nodesOf = ({ flow }: FlowResult): readonly string[] =>
  [flow.from, flow.to].flatMap((end) => (end.kind === "Pod" ? [end.node] : []));
