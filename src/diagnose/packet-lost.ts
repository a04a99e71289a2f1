import { clusterRef, defineFinding, nodeRef, readsOn } from "../model/define.ts";
import type { Finding, Params } from "../model/finding.ts";
import type { FlowResult } from "../model/flow.ts";
import type { Located, Witnessed } from "../model/witness.ts";

interface LostParams extends Params {
  /** The sentence of the witness. */
  readonly text: string;
  /** The Node that the packet did not reach; "" where it was lost within one. */
  readonly other: string;
  /** The table and chain of the rule that dropped it; "" where none did. */
  readonly table: string;
  readonly device: string;
  /** The device that it did not reach; "" where none is known. */
  readonly towards: string;
  /** The kernel's drop reason, or "". */
  readonly reason: string;
  readonly flow: string;
}

export const packetLostOnNode = defineFinding<LostParams>({
  id: "packet-lost-on-node",
  severity: "error",
  what: ({ text, other }) =>
    other === "" ? `loses a packet: ${text}` : `sends a packet that does not reach ${other}: ${text}`,
  why: ({ other, reason }) =>
    other === ""
      ? `One marked packet was followed from device to device, and this Node's kernel did not pass it on${reason === "" ? "" : ` (${reason})`}. Nothing that was read of the Node's state says so: the prediction does not know what drops it.`
      : "One marked packet was followed from device to device: it left this Node and did not come in at the other. The network between the Nodes loses it.",
  next: ({ table, device, towards, other }, { name }) => {
    if (table !== "") return [readsOn(name, "nft", "-a", "list", "table", ...table.split(" ").slice(0, 2))];
    if (other !== "") return [readsOn(name, "tcpdump", "-ni", device), readsOn(other, "tcpdump", "-ni", "any")];
    // What drops between two devices stands at the way into the one or out of the other.
    return [
      readsOn(name, "tc", "filter", "show", "dev", device, "ingress"),
      ...(towards === "" ? [] : [readsOn(name, "tc", "filter", "show", "dev", towards, "egress")]),
    ];
  },
});

/** The loss that the witness placed, where the flow fails and no other finding explains it. Proven: the packet was seen, and then not. */
export function packetLost(
  seen: Witnessed | null,
  flows: readonly FlowResult[],
  failing: ReadonlySet<string>,
  explained: ReadonlySet<string>,
): readonly Finding[] {
  const located = seen?.located ?? null;
  if (seen === null || located === null || !failing.has(seen.flow) || explained.has(seen.flow)) return [];
  if (located.verdict !== "lost" && located.rule === null) return [];
  const node = located.rule?.node ?? located.lastSeen?.node ?? "";
  const { text, rule, reason, lastSeen, nextExpected } = located;
  return [
    packetLostOnNode.at(
      node === "" ? clusterRef : nodeRef(node),
      {
        text,
        other: rule === null ? otherNode(located) : "",
        table: rule === null ? "" : `${rule.family} ${rule.table} ${rule.chain}`,
        device: lastSeen?.device ?? "",
        towards: nextExpected?.device ?? "",
        reason: reason ?? "",
        flow: seen.flow,
      },
      { confidence: "proven", evidence: located.evidence, explains: alike(seen.flow, flows, failing, explained) },
    ),
  ];
}

/** The failing flows between the same ends that nothing else explains: one packet of them was followed. */
function alike(
  followed: string,
  flows: readonly FlowResult[],
  failing: ReadonlySet<string>,
  explained: ReadonlySet<string>,
): readonly string[] {
  const own = flows.find(({ flow }) => flow.id === followed)?.flow;
  const same = flows.filter(({ flow }) => flow.from.ip === own?.from.ip && flow.to.ip === own?.to.ip);
  return [followed, ...same.map(({ flow }) => flow.id)].filter(
    (id, index, all) => failing.has(id) && !explained.has(id) && all.indexOf(id) === index,
  );
}

function otherNode({ lastSeen, nextExpected }: Located): string {
  const other = nextExpected?.node ?? "";
  return other === lastSeen?.node ? "" : other;
}
