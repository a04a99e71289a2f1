import type { CniConfig, CniConfigFile, NodeState } from "../../model/node.ts";
import { compareText } from "../known-parts.ts";
import { META_PLUGINS } from "./plugin-types.ts";

/** The network configuration that the runtime uses on a Node. */
export interface UsedConfig {
  /** The file the runtime takes. */
  readonly file: string;
  readonly config: CniConfig;
  /** Plugin types in the order they are called; those of the delegate where the file is a wrapper's (Multus). */
  readonly types: readonly string[];
  /** The file whose plugins those are: another one where a wrapper takes its delegate from it. */
  readonly network: CniConfigFile;
  readonly wrapper: string | null;
}

/** libcni's ConfFiles(dir, [".conf", ".conflist", ".json"]), as containerd and CRI-O call it. */
export function isConfigName(file: string): boolean {
  return /\.(conf|conflist|json)$/.test(file);
}

/**
 * The file the runtime uses: lexically the first valid one (pkg/ocicni, go-cni loadFromConfDir). Null where there is none, and
 * where it cannot be told, since the directory or a file before the first valid one was not read. Where it holds a wrapper
 * only, the plugins are those of its delegate.
 */
export function usedConfig(state: Pick<NodeState, "cniConfigs">): UsedConfig | null {
  if (!state.cniConfigs.known) return null;
  const candidates = [...state.cniConfigs.value]
    .filter(({ file, config }) => isConfigName(file) && !isInvalid(config))
    .sort((a, b) => compareText(a.file, b.file));
  const [first, ...others] = candidates;
  if (first === undefined || !first.config.known) return null;
  const config = first.config.value;
  const types = config.plugins.map(({ type }) => type);
  const plain = { file: first.file, config, types, network: first, wrapper: null };
  const [wrapper] = types;
  if (wrapper === undefined || !META_PLUGINS.has(wrapper)) return plain;
  return { ...plain, ...delegateOf(config, others), wrapper };
}

/** Read and of no use. A file that could not be read may be the one in use. */
function isInvalid(config: CniConfigFile["config"]): boolean {
  return config.known ? config.value.plugins.length === 0 : config.reason === "unparsable";
}

/** The delegate that the file names; else the next file, which Multus takes as its default network. */
function delegateOf(
  config: CniConfig,
  others: readonly CniConfigFile[],
): Partial<Pick<UsedConfig, "config" | "types" | "network">> {
  const named = config.plugins.flatMap(({ delegates }) => delegates);
  const rest = others.filter((other) => other.config.known && !META_PLUGINS.has(typesOf(other)[0] ?? ""));
  const network = rest.find((other) => named.length === 0 || named.includes(typesOf(other)[0] ?? ""));
  if (network?.config.known) {
    return { config: network.config.value, types: named.length > 0 ? named : typesOf(network), network };
  }
  return named.length > 0 ? { types: named } : {};
}

function typesOf({ config }: CniConfigFile): readonly string[] {
  return config.known ? config.value.plugins.map(({ type }) => type) : [];
}
