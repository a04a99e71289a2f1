import { parseAddress } from "../../net/cidr.ts";

/** One connection as the kernel's connection tracking holds it: the packet as it came, and the answer that it expects. */
export interface ConnectionRecord {
  readonly original: Tuple;
  readonly reply: Tuple;
  /** An answer has come back. */
  readonly replied: boolean;
}
interface Tuple {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

/**
 * Reads lines as `conntrack -L` and /proc/net/nf_conntrack print them (nf_conntrack_standalone.c, ct_seq_show): two tuples
 * `src= dst= sport= dport=`, the second one as an answer would look. Lines without ports or of another shape are left out. Never throws.
 */
export function readConnectionRecords(text: string): readonly ConnectionRecord[] {
  const tuple = /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g;
  return text.split("\n").flatMap((line) => {
    const [original, reply] = [...line.matchAll(tuple)].map(tupleOf);
    return original === undefined || reply === undefined
      ? []
      : [{ original, reply, replied: !line.includes("[UNREPLIED]") }];
  });
}

function tupleOf([, source = "", destination = "", sourcePort, destinationPort]: RegExpMatchArray): Tuple {
  const canonical = (address: string): string => parseAddress(address)?.text ?? address;
  return {
    source: canonical(source),
    destination: canonical(destination),
    sourcePort: Number(sourcePort),
    destinationPort: Number(destinationPort),
  };
}

/** Where a connection came from and went to, as seen behind a Node's translations. */
export interface SeenConnection {
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
}

/**
 * Follows one connection through the records of a Node: what leaves it is the other way round of the answer it expects. Null where the
 * Node holds no record of it.
 */
export function behindNode(
  records: readonly ConnectionRecord[],
  { client, clientPort }: Pick<SeenConnection, "client" | "clientPort">,
): SeenConnection | null {
  const found = records.find(({ original }) => original.source === client && original.sourcePort === clientPort);
  if (found === undefined) return null;
  const { reply } = found;
  return {
    client: reply.destination,
    clientPort: reply.destinationPort,
    server: reply.source,
    serverPort: reply.sourcePort,
  };
}
