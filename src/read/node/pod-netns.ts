import type { Captures } from "../../model/capture.ts";
import type { PodNetns } from "../../model/node.ts";
import { parseNeighbours } from "./neighbour.ts";
import type { NetnsEntry } from "./netns.ts";
import { isBigEndian, readIptables, readLinks, readRoutes, readRules, readSockets } from "./network.ts";
import { parseNftRuleset } from "./nft-ruleset.ts";
import { parseResolvConf } from "./resolv-conf.ts";
import { readSection } from "./section.ts";
import { parseSysctls } from "./sysctl.ts";

/** The network namespace of a Pod, from the captures node/<node>/netns/<inode>/…. Every part may be unknown on its own. Never throws. */
export function readPodNetns(node: string, entry: NetnsEntry & Pick<PodNetns, "path">, captures: Captures): PodNetns {
  const prefix = `node/${node}/netns/${entry.inode}/`;
  return {
    ...entry,
    links: readLinks(prefix, captures),
    routes: readRoutes(prefix, captures),
    rules: readRules(prefix, captures),
    neighbours: readSection(captures, `${prefix}neigh`, parseNeighbours),
    iptables: readIptables(prefix, captures),
    nftables: readSection(captures, `${prefix}nft`, parseNftRuleset),
    sockets: readSockets(prefix, captures, isBigEndian(captures, node)),
    sysctls: readSection(captures, `${prefix}sysctl`, parseSysctls),
    resolvConf: readSection(captures, `${prefix}resolv-conf`, parseResolvConf),
  };
}
