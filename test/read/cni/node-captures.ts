import type { Captures } from "../../../src/model/capture.ts";
import { captures } from "../api/captures.ts";

/** What `ip -d -j link` and `ip -j addr` show of one device. */
export interface Device {
  readonly name: string;
  readonly kind?: string;
  readonly data?: object;
  readonly mtu?: number;
  /** "192.168.1.11/24" */
  readonly address?: string;
  /** It is one end of a Pod's veth. */
  readonly inPod?: boolean;
}

export interface NodeParts {
  readonly devices?: readonly Device[];
  readonly routes?: readonly object[];
  /** File name → content, objects as JSON. */
  readonly files?: Readonly<Record<string, unknown>>;
  readonly sections?: Readonly<Record<string, unknown>>;
}

/** The captures of a Node: links, addresses, IPv4 routes, the CNI directory, and any other section. */
export function nodeTexts(
  node: string,
  { devices = [], routes = [], files, sections = {} }: NodeParts,
): Record<string, unknown> {
  const links = devices.map((device, index) => linkOf(device, index + 1));
  const listing = files === undefined ? {} : filesOf(node, files);
  const named = Object.entries({ link: links, addr: links, route4: routes, route6: [], ...sections });
  return { ...Object.fromEntries(named.map(([name, value]) => [`node/${node}/${name}`, value])), ...listing };
}

function filesOf(node: string, files: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = Object.keys(files).sort();
  const texts = names.map((name) => [`node/${node}/cni-conf/${name}`, files[name]]);
  const listing = ["/etc/cni/net.d", ...names.map((name) => `100 ${name}`)].join("\n");
  return { [`node/${node}/cni-conf`]: `${listing}\n`, ...Object.fromEntries(texts) };
}

function linkOf({ name, kind, data, mtu = 1500, address, inPod = false }: Device, index: number): object {
  const [local, length] = (address ?? "").split("/");
  const own = address === undefined ? [] : [{ family: "inet", local, prefixlen: Number(length), scope: "global" }];
  return {
    ifindex: index,
    ifname: name,
    flags: ["UP", "LOWER_UP"],
    mtu,
    operstate: "UP",
    address: "02:00:00:00:00:01",
    ...(inPod ? { link_index: 2, link_netnsid: 0 } : {}),
    ...(kind === undefined ? {} : { linkinfo: { info_kind: kind, info_data: data ?? {} } }),
    addr_info: own,
  };
}

/** Two Nodes n1 (192.168.1.11) and n2 (192.168.1.12) with one Pod each, and the state of n1. */
export function twoNodes(state: NodeParts, api: Readonly<Record<string, unknown>> = {}): Captures {
  const node = (name: string, ip: string) => ({
    metadata: { name },
    spec: {},
    status: { addresses: [{ type: "InternalIP", address: ip }] },
  });
  const pod = (name: string, nodeName: string, podIP: string) => ({
    metadata: { name, namespace: "shop" },
    spec: { nodeName },
    status: { phase: "Running", podIP },
  });
  const eth0 = { name: "eth0", address: "192.168.1.11/24" };
  return captures({
    nodes: [node("n1", "192.168.1.11"), node("n2", "192.168.1.12")],
    pods: [pod("a", "n1", "10.244.1.5"), pod("b", "n2", "10.244.2.5")],
    ...nodeTexts("n1", { ...state, devices: [eth0, ...(state.devices ?? [])] }),
    ...api,
  });
}
