import type { Evidence } from "../model/finding.ts";
import type { Link, Neighbour, Route } from "../model/node.ts";
import type { Address } from "../net/cidr.ts";
import type { Netns } from "./netns.ts";
import { isRule, routeText } from "./route-lookup.ts";

export function linkEvidence(netns: Netns, link: Link): Evidence {
  const flags = link.flags.length === 0 ? (link.up ? "UP" : "not UP") : link.flags.join(",");
  const master = link.master === null ? "" : `, master ${link.master}`;
  return {
    source: `${netns.capture}/link`,
    where: link.name,
    value: `<${flags}> state ${link.operState}, mtu ${link.mtuBytes}${master}`,
  };
}

export function addressEvidence(netns: Netns): Evidence {
  const texts = (netns.links.known ? netns.links.value : []).flatMap(({ name, addresses }) =>
    addresses.map(({ address, prefixLength }) => `${name} ${address}/${prefixLength}`),
  );
  const shown = texts.slice(0, 8).join(", ");
  return {
    source: `${netns.capture}/addr`,
    where: "addresses",
    value: texts.length > 8 ? `${shown}, …` : shown || "none",
  };
}

export function routeEvidence(netns: Netns, route: Route): Evidence {
  if (isRule(route)) {
    const source = `${netns.capture}/${route.family === "IPv4" ? "rule4" : "rule6"}`;
    return { source, where: route.table, value: `${route.destination} ${route.type}` };
  }
  return { source: routeCapture(netns, route.family), where: `table ${route.table}`, value: routeText(route) };
}

/** Evidence that no route leads to an address. */
export function noRouteEvidence(netns: Netns, destination: Address): Evidence {
  const routes = (netns.routes.known ? netns.routes.value : []).filter(
    ({ family, table }) => family === destination.family && table !== "local" && table !== "255",
  );
  const shown = routes.slice(0, 8).map(routeText).join("; ");
  const value = routes.length > 8 ? `${shown}; …` : shown || "no routes";
  return { source: routeCapture(netns, destination.family), where: `no route to ${destination.text}`, value };
}

export function neighbourEvidence(netns: Netns, { address, device, mac, state }: Neighbour): Evidence {
  return {
    source: `${netns.capture}/neigh`,
    where: `${address} dev ${device}`,
    value: `${mac ?? "no lladdr"} ${state.join(",")}`,
  };
}

export function sysctlEvidence(netns: Netns, name: string, value: string): Evidence {
  return { source: `${netns.capture}/sysctl`, where: name, value };
}

function routeCapture(netns: Netns, family: Route["family"]): string {
  return `${netns.capture}/${family === "IPv4" ? "route4" : "route6"}`;
}
