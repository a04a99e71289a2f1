import type { Link, Route } from "../../src/model/node.ts";
import {
  type Draft,
  fdb,
  link,
  type NodeDraft,
  type PodDraft,
  permanent,
  route,
  rule,
  type Shape,
  socket,
} from "./drafts.ts";

const DEFAULT_RULES = [rule(0, { table: "local" }), rule(32766), rule(32767, { table: "default" })];
const ipv4 = (address: string, prefixLength: number): Link["addresses"][number] => ({
  family: "IPv4",
  address,
  prefixLength,
  scope: "global",
});
const nodeIp = (number: number): string => `192.168.0.1${number}`;
const podNet = (number: number): string => `10.244.${number}`;
const mac = (kind: number, number: number): string => `02:00:00:00:0${kind}:0${number}`;

/** One Node of the cluster with its two Pods, as a healthy one of its shape is. */
export function nodeDraft(shape: Shape, number: number, all: readonly number[]): NodeDraft {
  const bridged = shape !== "host-routes";
  const overlay = shape === "vxlan";
  const mtuBytes = overlay ? 1450 : 1500;
  const net = podNet(number);
  const pods = [0, 1].map((which) => podDraft(number, which, bridged, mtuBytes));
  const cni0 = link({
    index: 4,
    name: "cni0",
    kind: "bridge",
    mac: mac(2, number),
    mtuBytes,
    addresses: [ipv4(`${net}.1`, 24)],
  });
  const flannel = link({
    index: 3,
    name: "flannel.1",
    kind: "vxlan",
    operState: "UNKNOWN",
    mac: mac(3, number),
    mtuBytes,
    vxlan: {
      id: 1,
      local: nodeIp(number),
      group: null,
      lowerDevice: "eth0",
      port: 8472,
      learning: false,
      external: false,
    },
    addresses: [ipv4(`${net}.0`, 32)],
  });
  const eth0 = link({ index: 2, name: "eth0", mac: mac(1, number), addresses: [ipv4(nodeIp(number), 24)] });
  const others = all.filter((other) => other !== number);
  return {
    name: `node${number}`,
    ip: nodeIp(number),
    podCIDR: `${net}.0/24`,
    pods,
    links: [
      LOOPBACK(),
      eth0,
      ...(overlay ? [flannel] : []),
      ...(bridged ? [cni0] : []),
      ...pods.map(({ hostLink }) => hostLink),
    ],
    routes: [
      route(`${nodeIp(number)}/32`, { table: "local", type: "local", device: "eth0" }),
      route("127.0.0.0/8", { table: "local", type: "local", device: "lo" }),
      route("0.0.0.0/0", { gateway: "192.168.0.1", device: "eth0" }),
      route("192.168.0.0/24", { device: "eth0", source: nodeIp(number) }),
      ...(overlay ? [route(`${net}.0/32`, { table: "local", type: "local", device: "flannel.1" })] : []),
      ...(bridged
        ? [
            route(`${net}.1/32`, { table: "local", type: "local", device: "cni0" }),
            route(`${net}.0/24`, { device: "cni0", source: `${net}.1` }),
          ]
        : pods.map((pod) => route(`${pod.ip}/32`, { device: pod.hostLink.name, scope: "link" }))),
      ...(shape === "no-pod-routes" ? [] : others.map((other) => routeTo(other, overlay))),
    ],
    rules: [...DEFAULT_RULES],
    neighbours: overlay ? others.map((other) => permanent(`${podNet(other)}.0`, "flannel.1", mac(3, other))) : [],
    fdb: overlay ? others.map((other) => fdb(mac(3, other), nodeIp(other))) : [],
    iptables: "",
    nft: "",
    sockets: [socket("0.0.0.0", 10250)],
    sysctls: new Map([
      ["net.ipv4.ip_forward", "1"],
      ["net.bridge.bridge-nf-call-iptables", "1"],
      ["net.ipv4.conf.all.rp_filter", "0"],
      ["net.ipv4.conf.eth0.rp_filter", "0"],
    ]),
    unreadable: {},
  };
}

const LOOPBACK = (): Draft<Link> =>
  link({
    index: 1,
    name: "lo",
    operState: "UNKNOWN",
    mtuBytes: 65_536,
    addresses: [{ ...ipv4("127.0.0.1", 8), scope: "host" }],
  });

const routeTo = (other: number, overlay: boolean): Route =>
  overlay
    ? route(`${podNet(other)}.0/24`, { gateway: `${podNet(other)}.0`, device: "flannel.1", flags: ["onlink"] })
    : route(`${podNet(other)}.0/24`, { gateway: nodeIp(other), device: "eth0" });

function podDraft(number: number, which: number, bridged: boolean, mtuBytes: number): PodDraft {
  const net = podNet(number);
  const ip = `${net}.${2 + which}`;
  const gateway = bridged ? `${net}.1` : "169.254.1.1";
  const hostIndex = 10 + which;
  const eth0 = link({
    index: 2,
    name: "eth0",
    kind: "veth",
    peerIndex: hostIndex,
    peerNetnsId: 0,
    mac: `02:00:00:01:0${number}:0${which}`,
    mtuBytes,
    addresses: [ipv4(ip, bridged ? 24 : 32)],
  });
  const hostLink = link({
    index: hostIndex,
    name: `veth${which}`,
    kind: "veth",
    peerIndex: 2,
    peerNetnsId: 1 + which,
    mac: `02:00:00:02:0${number}:0${which}`,
    mtuBytes,
    master: bridged ? "cni0" : null,
    bridgePort: bridged ? { state: "forwarding", hairpin: true } : null,
  });
  return {
    name: which === 0 ? `web-${number}` : `other-${number}`,
    ip,
    node: `node${number}`,
    hostLink,
    links: [LOOPBACK(), eth0],
    routes: [
      route(`${ip}/32`, { table: "local", type: "local", device: "eth0" }),
      route("127.0.0.0/8", { table: "local", type: "local", device: "lo" }),
      route("0.0.0.0/0", { gateway, device: "eth0" }),
      bridged ? route(`${net}.0/24`, { device: "eth0", source: ip }) : route("169.254.1.1/32", { device: "eth0" }),
    ],
    rules: [...DEFAULT_RULES],
    neighbours: bridged ? [] : [permanent("169.254.1.1", "eth0", `02:00:00:02:0${number}:0${which}`)],
    iptables: "",
    nft: "",
    sockets: [socket("0.0.0.0", 8080), socket("0.0.0.0", 8081, "udp")],
    sysctls: new Map([["net.ipv4.ip_forward", "0"]]),
  };
}
