import type { CniPlugin } from "../../model/node.ts";
import { parseCidr } from "../../net/cidr.ts";
import {
  arrayField,
  field,
  isJsonObject,
  type JsonObject,
  numberField,
  objectField,
  objectsField,
  stringField,
  stringsField,
} from "../node/json.ts";

/** What the reference bridge plugin uses where the file names no bridge (containernetworking/plugins, plugins/main/bridge). */
const DEFAULT_BRIDGE = "cni0";

/** The facts of one plugin of a network configuration, CNI spec 1.1.0 section 1; flannel's delegate speaks for flannel. Never throws. */
export function readCniPlugin(type: string, plugin: JsonObject): CniPlugin {
  const delegate = objectField(plugin, "delegate") ?? {};
  const ipam = objectField(plugin, "ipam") ?? objectField(delegate, "ipam") ?? {};
  const delegates = readDelegates(type, plugin);
  const bridges = type === "bridge" || (type === "flannel" && delegates.includes("bridge"));
  return {
    type,
    ipamType: stringField(ipam, "type") || null,
    subnets: readSubnets(ipam),
    bridge: stringField(plugin, "bridge") ?? stringField(delegate, "bridge") ?? (bridges ? DEFAULT_BRIDGE : null),
    mtuBytes: readMtu(plugin) ?? readMtu(delegate),
    hairpinMode: booleanField(plugin, "hairpinMode") ?? booleanField(delegate, "hairpinMode"),
    delegates,
  };
}

/** A number, or one in quotes as the AWS plugin has it; 0 means that the plugin finds out by itself. */
function readMtu(plugin: JsonObject): number | null {
  const text = stringField(plugin, "mtu");
  const mtu = text !== null && /^\d{1,6}$/.test(text) ? Number(text) : numberField(plugin, "mtu");
  return mtu !== null && mtu > 0 ? mtu : null;
}

function booleanField(plugin: JsonObject, key: string): boolean | null {
  const value = field(plugin, key);
  return typeof value === "boolean" ? value : null;
}

/** host-local (subnet, ranges), whereabouts (range, ipRanges) and calico-ipam (ipv4_pools, ipv6_pools). Only what is CIDR notation. */
function readSubnets(ipam: JsonObject): readonly string[] {
  const ranges = arrayField(ipam, "ranges").flatMap((set) => (Array.isArray(set) ? set : [set]));
  const named = [
    field(ipam, "subnet"),
    ...ranges.filter(isJsonObject).map((range) => field(range, "subnet")),
    field(ipam, "range"),
    ...objectsField(ipam, "ipRanges").map((range) => field(range, "range")),
    ...arrayField(ipam, "ipv4_pools"),
    ...arrayField(ipam, "ipv6_pools"),
  ];
  return [...new Set(named.filter((subnet) => typeof subnet === "string" && parseCidr(subnet) !== null))].map(String);
}

function readDelegates(type: string, plugin: JsonObject): readonly string[] {
  const delegate = objectField(plugin, "delegate");
  // flannel-io/cni-plugin, README: the delegate's type defaults to bridge.
  const fallback = type === "flannel" ? "bridge" : null;
  const one = stringField(delegate ?? {}, "type") ?? fallback;
  const network = stringField(plugin, "clusterNetwork");
  return [
    ...(one === null ? [] : [one]),
    ...objectsField(plugin, "delegates").flatMap(typesOf),
    ...(network === null ? [] : [network]),
    ...stringsField(plugin, "defaultNetworks"),
  ];
}

/** A delegate of multus is a plugin or a list of them. */
function typesOf(delegate: JsonObject): readonly string[] {
  return [delegate, ...objectsField(delegate, "plugins")].flatMap((plugin) => stringField(plugin, "type") ?? []);
}
