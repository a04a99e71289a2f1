import { JSON_SCHEMA, load } from "js-yaml";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { KubeletConfig } from "../../model/node.ts";
import { field, isJsonObject, type JsonObject, numberField, stringField, stringsField } from "./json.ts";

const MAX_CHARACTERS = 1024 * 1024;
const MAX_YAML_DEPTH = 50;
const MAX_YAML_ALIASES = 100;
/** k8s.io/kubelet/config/v1beta1 defaults. */
const DEFAULT_MAX_PODS = 110;
const DEFAULT_RESOLV_CONF = "/etc/resolv.conf";

/**
 * What kubelet runs with: its configuration file, overridden by its flags, defaults filled in (kubelet(8)). Without a file, flags alone
 * count if the command line names none. Drop-in files (--config-dir) override the file and are not read: then it is unknown.
 */
export function readKubeletConfig(file: Learned<string>, commandLine: Learned<string>): Learned<KubeletConfig> {
  const flags = commandLine.known ? readFlags(commandLine.value) : new Map<string, string>();
  const dropIns = flags.get("config-dir");
  if (dropIns !== undefined) return unknown("not-collected", `kubelet also reads drop-in files in ${dropIns}`);
  const onlyFlags = !file.known && commandLine.known && !flags.has("config");
  const text = onlyFlags ? known("") : file;
  if (!text.known) return text;
  const parsed = parseKubeletFile(text.value);
  return parsed.known ? known(merge(parsed.value, flags)) : parsed;
}

/** KubeletConfiguration YAML as one object; empty text is an empty one. Caps size, depth and aliases. Never throws. */
export function parseKubeletFile(text: string): Learned<JsonObject> {
  if (text.length > MAX_CHARACTERS) return unknown("too-large", `${text.length} characters of kubelet configuration`);
  if (text.trim() === "") return known({});
  try {
    const value: unknown = load(text, {
      schema: JSON_SCHEMA,
      maxDepth: MAX_YAML_DEPTH,
      maxAliases: MAX_YAML_ALIASES,
    });
    return isJsonObject(value) ? known(value) : unknown("unparsable", "expected a mapping");
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown error";
    return unknown("unparsable", `not YAML: ${message.slice(0, 160)}`);
  }
}

/** `--name=value` and `--name value`, one argument a line; the last of a name wins. */
export function readFlags(commandLine: string): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  const words = commandLine.split("\n");
  for (const [index, word] of words.entries()) {
    const [, name, assigned] = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(word.trimEnd()) ?? [];
    if (name === undefined) continue;
    const next = words[index + 1] ?? "";
    flags.set(name, assigned ?? (next.startsWith("-") ? "" : next.trimEnd()));
  }
  return flags;
}

function merge(file: JsonObject, flags: ReadonlyMap<string, string>): KubeletConfig {
  const dns = flags.get("cluster-dns");
  const maxPods = flags.get("max-pods");
  return {
    clusterDNS: dns === undefined ? stringsField(file, "clusterDNS") : commaList(dns),
    clusterDomain: flags.get("cluster-domain") ?? stringField(file, "clusterDomain") ?? "",
    podCIDR: flags.get("pod-cidr") ?? stringField(file, "podCIDR") ?? "",
    resolvConf: flags.get("resolv-conf") ?? stringField(file, "resolvConf") ?? DEFAULT_RESOLV_CONF,
    maxPods: maxPods === undefined ? readMaxPods(file) : wholeNumber(maxPods),
    nodeIPs: commaList(flags.get("node-ip") ?? ""),
  };
}

function readMaxPods(file: JsonObject): number | null {
  const value = field(file, "maxPods");
  // The API reads 0 as not set: SetDefaults_KubeletConfiguration.
  return value === undefined || value === null || value === 0 ? DEFAULT_MAX_PODS : numberField(file, "maxPods");
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function commaList(text: string): readonly string[] {
  return text.split(",").flatMap((item) => (item.trim() === "" ? [] : [item.trim()]));
}
