import type { Link, NodeState } from "../../model/node.ts";
import { parseAddress } from "../../net/cidr.ts";
import type { UsedConfig } from "./used-config.ts";

/** The smallest MTU of the Pods' own devices; where no Pod's was read, of the Node's ends of them, else what the file says. */
export function podMtuBytes(state: NodeState, used: UsedConfig | null): number | null {
  const inPods = (state.netns.known ? state.netns.value : []).flatMap(({ links }) =>
    links.known ? links.value.filter(({ name }) => name === "eth0").map(({ mtuBytes }) => mtuBytes) : [],
  );
  const links = state.links.known ? state.links.value : [];
  const onNode = links.filter(({ kind, peerNetnsId }) => kind === "veth" && peerNetnsId !== null);
  const inFile = (used?.config.plugins ?? []).map(({ mtuBytes }) => mtuBytes).filter((mtu) => mtu !== null && mtu > 0);
  for (const sizes of [inPods, onNode.map(({ mtuBytes }) => mtuBytes), inFile.filter((mtu) => mtu !== null)]) {
    if (sizes.length > 0) return sizes.reduce((least, size) => Math.min(least, size));
  }
  return null;
}

/** The device that holds one of the Node's internal addresses; else the one of the default route. */
export function uplinkOf(state: NodeState, internalIPs: readonly string[]): Link | null {
  const links = state.links.known ? state.links.value : [];
  const own = new Set(internalIPs.flatMap((ip) => parseAddress(ip)?.text ?? []));
  const byAddress = links.find(({ addresses }) =>
    addresses.some(({ address }) => own.has(parseAddress(address)?.text ?? "")),
  );
  const routes = state.routes.known ? state.routes.value : [];
  const defaults = routes.filter(({ destination, table, type }) => {
    const everything = destination === "0.0.0.0/0" || destination === "::/0";
    return everything && type === "unicast" && (table === "main" || table === "");
  });
  const best = [...defaults].sort((a, b) => a.metric - b.metric)[0];
  return byAddress ?? links.find(({ name }) => name === best?.device) ?? null;
}
