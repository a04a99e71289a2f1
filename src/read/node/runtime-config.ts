/** Where the container runtime reads CNI configuration from, as its own configuration says; each null where it names none. */
export interface RuntimeCniDirectories {
  /** containerd's conf_dir and CRI-O's network_dir. Several where both are configured. */
  readonly conf: readonly string[];
  /** containerd's bin_dir or bin_dirs and CRI-O's plugin_dirs. */
  readonly bin: readonly string[];
}

/**
 * Concatenated TOML of containerd and CRI-O (the drop-ins after the file they change: the last value counts). Reads only the few keys that
 * name CNI directories, which are unique by name; any text gives a result.
 */
export function parseRuntimeConfig(text: string): RuntimeCniDirectories {
  const last = (...keys: readonly string[]) => keys.flatMap((key) => valuesOf(text, key).at(-1) ?? []);
  return {
    conf: last("conf_dir", "network_dir").map(trimSlash),
    bin: last("bin_dir", "bin_dirs", "plugin_dirs").map(trimSlash),
  };
}

/** Every assignment of the key, each as its strings. */
function valuesOf(text: string, key: string): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const assignment = new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*(\\[[^\\]]{0,4096}\\]|[^\\n]*)`, "gm");
  for (const [, value = ""] of text.matchAll(assignment)) {
    const strings = [...value.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map(([, double, single]) => double ?? single ?? "");
    const kept = (value.startsWith("[") ? strings : strings.slice(0, 1)).filter((path) => path !== "");
    if (kept.length > 0) found.push(kept);
  }
  return found;
}

/** "/etc/cni/net.d/" and "/etc/cni/net.d" are one directory. */
export function trimSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") || "/" : path;
}
