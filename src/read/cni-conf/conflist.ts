import { known, type Learned, unknown } from "../../model/learned.ts";
import type { CniConfig, CniPlugin } from "../../model/node.ts";
import { field, isJsonObject, type JsonObject, parseJsonDocument, stringField } from "../node/json.ts";
import { readCniPlugin } from "./plugin.ts";

const EXTENSIONS = [".conf", ".conflist", ".json"];

/** Whether a runtime looks at the file at all, by the end of its name (containernetworking/cni, libcni, ConfFiles). */
export function isCniConfigFile(name: string): boolean {
  return EXTENSIONS.includes(extensionOf(name));
}

/**
 * Reads a file of the CNI configuration directory as libcni does: .conflist holds a list, everything else one plugin. What libcni refuses
 * is unparsable, with the reason. Never throws.
 */
export function parseCniConfig(name: string, text: string): Learned<CniConfig> {
  const parsed = parseJsonDocument(text);
  if (!parsed.known) return parsed;
  const config = parsed.value;
  if (!isJsonObject(config)) return unknown("unparsable", "not a JSON object");
  const version = field(config, "cniVersion");
  if (version !== undefined && typeof version !== "string")
    return unknown("unparsable", '"cniVersion" is not a string');
  return extensionOf(name) === ".conflist" ? readList(config) : readSingle(config);
}

function readList(config: JsonObject): Learned<CniConfig> {
  const name = field(config, "name");
  if (typeof name !== "string" || name === "") return unknown("unparsable", 'no "name"');
  const check = readDisableCheck(field(config, "disableCheck"));
  if (check === null) return unknown("unparsable", '"disableCheck" is neither true nor false');
  const list = field(config, "plugins");
  if (list === undefined) return unknown("unparsable", 'no "plugins"');
  if (!Array.isArray(list)) return unknown("unparsable", '"plugins" is not a list');
  if (list.length === 0) return unknown("unparsable", '"plugins" is empty');
  const plugins: CniPlugin[] = [];
  for (const [index, plugin] of list.entries()) {
    const type = isJsonObject(plugin) ? stringField(plugin, "type") : null;
    if (type === null || type === "") return unknown("unparsable", `plugin ${index + 1} has no "type"`);
    plugins.push(readCniPlugin(type, plugin));
  }
  return known({ name, cniVersion: stringField(config, "cniVersion") ?? "", disableCheck: check, plugins });
}

/** libcni asks for the type only; a missing name is found when a Pod is added. */
function readSingle(config: JsonObject): Learned<CniConfig> {
  const type = stringField(config, "type");
  if (type === null || type === "") {
    const hint =
      field(config, "plugins") === undefined ? "" : ': a list of plugins is read only from a ".conflist" file';
    return unknown("unparsable", `no "type"${hint}`);
  }
  const name = field(config, "name");
  if (name !== undefined && typeof name !== "string") return unknown("unparsable", '"name" is not a string');
  const cniVersion = stringField(config, "cniVersion") ?? "";
  return known({ name: name ?? "", cniVersion, disableCheck: false, plugins: [readCniPlugin(type, config)] });
}

/** libcni takes the words too. Null = neither. */
function readDisableCheck(value: unknown): boolean | null {
  if (value === undefined) return false;
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.toLowerCase() : "";
  return word === "true" || word === "false" ? word === "true" : null;
}

function extensionOf(name: string): string {
  return name.includes(".") ? name.slice(name.lastIndexOf(".")) : "";
}
