import type { TraceStep } from "../../model/witness.ts";

/** One packet's way through the rules of one base chain, as `nft -a monitor trace` prints it. */
export interface TracedPacket {
  readonly inputDevice: string | null;
  readonly outputDevice: string | null;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  /** "syn", "syn,ack" or a number as nft prints it; "" where the packet is not TCP. */
  readonly tcpFlags: string;
  /** "echo-request", "echo-reply" …; "" where the packet is not ICMP. */
  readonly icmpType: string;
  readonly steps: readonly TraceStep[];
}

const LINE = /^trace id (\w+) (\w+) (\S+) (\S+) (packet:|rule|unknown rule|verdict|policy)\s*(.*)$/;

/**
 * Reads the kernel's rule trace. Packets are told apart by their trace id, which each hook makes anew; steps in a table of this program's
 * own are left out. `chains` = the output of `nft -a list chain` for chains that dropped, which numbers their rules. Never throws.
 */
export function readNftTrace(text: string, chains: string): readonly TracedPacket[] {
  const numbers = ruleNumbers(chains);
  const current = new Map<string, { steps: TraceStep[] }>();
  const packets: TracedPacket[] = [];
  for (const line of text.split("\n")) {
    const match = LINE.exec(line.trimEnd());
    if (match === null) continue;
    const [, id = "", family = "", table = "", chain = "", kind = "", rest = ""] = match;
    if (kind === "packet:") {
      const packet = { ...readPacket(rest), steps: [] };
      current.set(id, packet);
      packets.push(packet);
      continue;
    }
    const step = readStep({ family, table, chain }, kind, rest, numbers);
    if (!table.startsWith("netdoctor_")) current.get(id)?.steps.push(step);
  }
  return packets.filter(({ steps }) => steps.length > 0);
}

type Where = Pick<TraceStep, "family" | "table" | "chain">;

function readStep(where: Where, kind: string, rest: string, numbers: ReadonlyMap<string, number>): TraceStep {
  if (kind === "policy" || kind === "verdict") {
    return { ...where, handle: null, number: null, rule: kind, verdict: rest.trim().split(" ")[0] ?? "" };
  }
  const match = /^(.*?)\s*(?:# handle (\d+)|handle (\d+))?\s*\(verdict ([^)]*)\)$/.exec(rest);
  const [, rule = rest, commented, bare, verdict = ""] = match ?? [];
  const handle = Number(commented ?? bare ?? Number.NaN);
  return {
    ...where,
    handle: Number.isNaN(handle) ? null : handle,
    number: numbers.get(`${where.family} ${where.table} ${where.chain} ${handle}`) ?? null,
    rule: rule.replace(/\s+/g, " ").trim(),
    verdict,
  };
}

function readPacket(text: string): Omit<TracedPacket, "steps"> {
  const word = (name: string): string => new RegExp(`(?:^| )${name} (?:== )?(\\S+)`).exec(text)?.[1] ?? "";
  const port = (name: string): number | null => numberOrNull(word(`tcp ${name}`) || word(`udp ${name}`));
  const device = (name: string): string | null => new RegExp(`(?:^| )${name} "([^"]*)"`).exec(text)?.[1] ?? null;
  const ipv6 = word("ip saddr") === "";
  const protocol = / tcp [sd]port /.test(text) ? "tcp" : / udp [sd]port /.test(text) ? "udp" : "icmp";
  return {
    inputDevice: device("iif") ?? device("iifname"),
    outputDevice: device("oif") ?? device("oifname"),
    source: word(ipv6 ? "ip6 saddr" : "ip saddr"),
    destination: word(ipv6 ? "ip6 daddr" : "ip daddr"),
    protocol,
    sourcePort: port("sport"),
    destinationPort: port("dport"),
    tcpFlags: /tcp flags (?:== )?([\w| ]+?) tcp window/.exec(text)?.[1]?.replace(/ \| /g, ",") ?? word("tcp flags"),
    icmpType: word("icmp type") || word("icmpv6 type"),
  };
}

const numberOrNull = (text: string): number | null => (/^\d+$/.test(text) ? Number(text) : null);

/** "family table chain handle" → the rule's place in its chain, from 1. */
function ruleNumbers(listing: string): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  let table = "";
  let chain = "";
  let number = 0;
  for (const line of listing.split("\n")) {
    const opensTable = /^table (\w+) (\S+) \{/.exec(line);
    const opensChain = /^\tchain (\S+) \{/.exec(line);
    const rule = /^\t\t.*# handle (\d+)$/.exec(line);
    if (opensTable !== null) table = `${opensTable[1]} ${opensTable[2]}`;
    if (opensChain !== null) {
      chain = opensChain[1] ?? "";
      number = 0;
    }
    if (rule !== null) {
      number += 1;
      numbers.set(`${table} ${chain} ${rule[1]}`, number);
    }
  }
  return numbers;
}
