import { type Learned, mapLearned } from "../../model/learned.ts";
import type { Address, BridgePort, Link, Vxlan } from "../../model/node.ts";
import { parseAddress } from "../../net/cidr.ts";
import {
  field,
  type JsonObject,
  numberField,
  objectField,
  objectsField,
  parseJsonRows,
  stringField,
  stringsField,
} from "./json.ts";

/** Devices of one network namespace: `ip -d -j link show` joined by index with `ip -j addr show`. Never throws. */
export function parseLinks(linkText: string, addressText: string): Learned<readonly Link[]> {
  const addresses = parseJsonRows(addressText, readAddresses);
  if (!addresses.known) return addresses;
  const byIndex = new Map(addresses.value.map((row) => [row.index, row.addresses]));
  const links = parseJsonRows(linkText, (row) => readLink(row, byIndex));
  return mapLearned(links, resolvePeers);
}

interface NamedLink {
  readonly link: Link;
  /** IFLA_LINK as a name of this namespace; iproute2 prints an index only for a peer in another one. */
  readonly lowerName: string | null;
}

function resolvePeers(rows: readonly NamedLink[]): readonly Link[] {
  const indexes = new Map(rows.map(({ link }) => [link.name, link.index]));
  return rows.map(({ link, lowerName }) =>
    link.peerIndex === null && lowerName !== null ? { ...link, peerIndex: indexes.get(lowerName) ?? null } : link,
  );
}

function readLink(row: JsonObject, addresses: ReadonlyMap<number, readonly Address[]>): NamedLink | string {
  const index = numberField(row, "ifindex");
  const name = stringField(row, "ifname");
  const mtuBytes = numberField(row, "mtu");
  if (index === null || name === null) return "a device without ifindex or ifname";
  if (mtuBytes === null) return `device ${name} without mtu`;
  const info = objectField(row, "linkinfo") ?? {};
  const kind = stringField(info, "info_kind") ?? "";
  const vxlan = kind === "vxlan" ? readVxlan(objectField(info, "info_data") ?? {}) : null;
  const flags = stringsField(row, "flags");
  return {
    lowerName: stringField(row, "link") ?? vxlan?.lowerDevice ?? null,
    link: {
      index,
      name,
      peerIndex: numberField(row, "link_index"),
      peerNetnsId: numberField(row, "link_netnsid"),
      flags,
      up: flags.includes("UP"),
      operState: stringField(row, "operstate") ?? "UNKNOWN",
      mtuBytes,
      mac: stringField(row, "address") ?? "",
      kind,
      master: stringField(row, "master"),
      bridgePort: readBridgePort(info),
      vxlan,
      addresses: addresses.get(index) ?? [],
    },
  };
}

function readBridgePort(info: JsonObject): BridgePort | null {
  if (stringField(info, "info_slave_kind") !== "bridge") return null;
  const data = objectField(info, "info_slave_data") ?? {};
  return { state: stringField(data, "state") ?? "unknown", hairpin: isOn(field(data, "hairpin")) };
}

function readVxlan(data: JsonObject): Vxlan {
  return {
    id: numberField(data, "id") ?? 0,
    local: stringField(data, "local") ?? stringField(data, "local6"),
    group:
      stringField(data, "group") ??
      stringField(data, "group6") ??
      stringField(data, "remote") ??
      stringField(data, "remote6"),
    lowerDevice: stringField(data, "link"),
    // The kernel's own default port is older than IANA's 4789: drivers/net/vxlan, ip-link(8).
    port: numberField(data, "port") ?? 8472,
    learning: field(data, "learning") === undefined || isOn(field(data, "learning")),
    external: isOn(field(data, "external")),
  };
}

function isOn(value: unknown): boolean {
  return value === true || value === "on" || value === 1;
}

function readAddresses(row: JsonObject): { index: number; addresses: readonly Address[] } | string {
  const index = numberField(row, "ifindex");
  if (index === null) return "a device without ifindex";
  const addresses: Address[] = [];
  for (const entry of objectsField(row, "addr_info")) {
    if (Object.keys(entry).length === 0) continue;
    const family = familyOf(stringField(entry, "family"));
    if (family === null) continue;
    const address = stringField(entry, "local");
    const prefixLength = numberField(entry, "prefixlen");
    if (address === null || prefixLength === null || parseAddress(address) === null) {
      return `device ${index} has an address that cannot be read`;
    }
    addresses.push({ family, address, prefixLength, scope: stringField(entry, "scope") ?? "" });
  }
  return { index, addresses };
}

function familyOf(name: string | null): Address["family"] | null {
  if (name === "inet") return "IPv4";
  return name === "inet6" ? "IPv6" : null;
}
