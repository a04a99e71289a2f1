import type { Ipset } from "../../model/node.ts";
import { type Address, includesAddress } from "../../net/cidr.ts";
import { parseBlock } from "../address.ts";
import type { Packet } from "../packet.ts";
import type { MatchInput } from "./context.ts";
import { and, or, portsWithin, type Truth, truthOf } from "./truth.ts";

/** `-m set --match-set NAME src,dst`: whether the packet's fields are a member, ipset(8). Unread sets and odd types are "maybe". */
export function matchSet([name = "", directions = ""]: readonly string[], input: MatchInput): Truth {
  const sets = input.netns.ipsets;
  const set = sets.known ? sets.value.get(name) : undefined;
  return set === undefined ? "maybe" : memberOf(set, directions.split(","), input, 0);
}

// A list:set may hold lists; hostile text may nest them in a ring.
const DEEPEST_LIST = 4;

function memberOf(set: Ipset, directions: readonly string[], input: MatchInput, depth: number): Truth {
  const { type, members } = set;
  if (type === "list:set") return listMember(members, directions, input, depth);
  const fields = /^(?:hash|bitmap):(.+)$/.exec(type)?.[1]?.split(",");
  if (fields === undefined || fields.some((field) => !FIELDS.has(field))) return "maybe";
  if (directions.length < fields.length) return "maybe";
  let excluded: Truth = "no";
  let included: Truth = "no";
  for (const member of members) {
    const [key = "", ...options] = member.split(" ");
    const truth = matchesMember(key, fields, directions, input);
    if (truth === "no") continue;
    if (options.includes("nomatch")) excluded = or([excluded, truth]);
    else included = or([included, truth]);
  }
  return excluded === "no" ? included : "maybe";
}

function listMember(
  members: readonly string[],
  directions: readonly string[],
  input: MatchInput,
  depth: number,
): Truth {
  const sets = input.netns.ipsets;
  if (!sets.known || depth >= DEEPEST_LIST) return "maybe";
  return or(
    members.map((member) => {
      const set = sets.value.get(member.split(" ")[0] ?? "");
      return set === undefined ? "maybe" : memberOf(set, directions, input, depth + 1);
    }),
  );
}

const FIELDS = new Set(["ip", "net", "port", "mark", "iface"]);

function matchesMember(
  key: string,
  fields: readonly string[],
  directions: readonly string[],
  input: MatchInput,
): Truth {
  const parts = key.split(",");
  if (parts.length !== fields.length) return "maybe";
  return and(fields.map((field, index) => matchesField(field, parts[index] ?? "", directions[index] === "src", input)));
}

function matchesField(field: string, part: string, source: boolean, input: MatchInput): Truth {
  const { packet } = input;
  switch (field) {
    case "ip":
    case "net":
      return matchesAddress(part, source ? packet.source : packet.destination);
    case "port":
      return matchesPort(part, source, packet);
    case "iface":
      return truthOf(part === (source ? input.inputDevice : input.outputDevice));
    default:
      return "maybe";
  }
}

function matchesAddress(part: string, address: Address): Truth {
  const block = parseBlock(part);
  return block === null ? "maybe" : truthOf(includesAddress(block, address));
}

/** "tcp:80", "udp:1000-2000", "80". */
function matchesPort(part: string, source: boolean, packet: Packet): Truth {
  const [, protocol = "tcp", first, last] = /^(?:([a-z0-9-]+):)?(\d+)(?:-(\d+))?$/.exec(part) ?? [];
  if (first === undefined) return "maybe";
  if (protocol !== packet.protocol) return "no";
  return portsWithin(source ? packet.sourcePorts : packet.destinationPorts, Number(first), Number(last ?? first));
}
