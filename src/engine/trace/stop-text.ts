import type { Stop } from "../../model/flow.ts";

/** The row of the hop table for what stops a packet. */
export function stopRow(stop: Stop): {
  readonly node: string;
  readonly pod: string | null;
  readonly place: string;
  readonly devices: string[];
  readonly actions: string[];
  readonly wire: readonly string[];
  verdict: "stops";
  device: string | null;
} {
  const pod = "pod" in stop ? stop.pod : null;
  const node = "node" in stop ? stop.node : "";
  const device = "device" in stop ? stop.device : null;
  const place = pod === null ? node : `Pod ${pod}`;
  return {
    node,
    pod,
    place,
    devices: device === null ? [] : [device],
    actions: [whatStops(stop)],
    wire: [],
    verdict: "stops",
    device,
  };
}

/** "on node3, filter FORWARD rule 2", "in Pod shop/cart-0 on node3: nothing listens on port 80": where a packet stops, after "dies". */
export function stopText(stop: Stop): string {
  const node = "node" in stop ? stop.node : "";
  const pod = "pod" in stop && stop.pod !== null ? `in Pod ${stop.pod} ` : "";
  if (stop.kind === "dropped-by-rule") return `${pod}on ${node}, ${ruleText(stop)}`;
  return node === "" ? `: ${whatStops(stop)}` : `${pod}on ${node}: ${whatStops(stop)}`;
}

/** "filter FORWARD rule 2" */
function ruleText({ table, chain, rule }: Extract<Stop, { readonly kind: "dropped-by-rule" }>): string {
  return `${table} ${chain} ${rule === null ? "policy" : `rule ${rule}`}`;
}

function whatStops(stop: Stop): string {
  switch (stop.kind) {
    case "dropped-by-rule":
      return `${ruleText(stop)} ${stop.rejects ? "rejects" : "drops"} it: ${stop.text}`;
    case "forwarding-disabled":
      return `${stop.sysctl} is 0: it forwards nothing`;
    case "no-route":
      return `no route to ${stop.destination}`;
    case "wrong-route":
      return `route ${stop.route} leads away from ${stop.destination}; expected ${stop.expected}`;
    case "route-refuses":
      return `route ${stop.route} (${stop.type}) refuses it`;
    case "link-down":
      return `${stop.device} is down`;
    case "detached-from-bridge":
      return `${stop.device} is not a port of ${stop.bridge}${stop.master === null ? "" : ` but of ${stop.master}`}`;
    case "neighbour-wrong":
      return `neighbour ${stop.address} on ${stop.device} has ${stop.has}; it is ${stop.expected}`;
    case "tunnel-peer-missing":
      return `${stop.device} has ${stop.has} as ${stop.what} entry for ${stop.peer}; expected ${stop.expected}`;
    case "address-missing":
      return `nobody has ${stop.address}`;
    case "packet-too-big":
      return `${stop.packetBytes} bytes do not fit ${stop.device} (MTU ${stop.mtuBytes})`;
    case "not-listening":
      return notListening(stop);
    case "no-service-rule":
      return `no rule translates Service ${stop.service} (${stop.address}:${stop.port})`;
    case "no-endpoint":
      return `Service ${stop.service} has no ready endpoint`;
    case "reverse-path-filtered":
      return `rp_filter of ${stop.device}: the way back to ${stop.source} is ${stop.route}`;
    case "reply-untranslated":
      return `the answer comes from ${stop.address}, not from ${stop.expected}`;
    case "hairpin-disabled":
      return `port ${stop.device} of ${stop.bridge} sends nothing back (hairpin off)`;
    default:
      return String(Reflect.get(stop, "kind")).replaceAll("-", " ");
  }
}

function notListening({ port, listensOn }: Extract<Stop, { readonly kind: "not-listening" }>): string {
  return listensOn.length === 0
    ? `nothing listens on port ${port}`
    : `port ${port} is listened to on ${listensOn.join(", ")} only`;
}
