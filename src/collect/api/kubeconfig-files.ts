import { stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import type { ConnectionOptions, Surroundings } from "./connection-options.ts";
import type { Kubeconfig } from "./kubeconfig.ts";
import { mergeKubeconfigs, parseKubeconfig } from "./kubeconfig.ts";
import { readNamed } from "./named-file.ts";

/**
 * The kubeconfig that kubectl would use: the file of --kubeconfig, which must exist; else those of KUBECONFIG that exist, merged; else
 * ~/.kube/config. None at all is an empty kubeconfig. Throws AccessError.
 */
export async function readKubeconfigs(options: ConnectionOptions, env: Surroundings["env"]): Promise<Kubeconfig> {
  if (options.kubeconfig) {
    return readKubeconfig(resolve(options.kubeconfig), options);
  }
  const home = env.HOME || env.USERPROFILE || "";
  const paths = env.KUBECONFIG ? env.KUBECONFIG.split(delimiter) : home === "" ? [] : [join(home, ".kube", "config")];
  const named = [...new Set(paths.filter((path) => path !== "").map((path) => resolve(path)))];
  const present = await Promise.all(named.map(async (path) => ((await exists(path)) ? path : null)));
  const files = present.filter((path) => path !== null);
  return mergeKubeconfigs(await Promise.all(files.map((file) => readKubeconfig(file, options))));
}

async function readKubeconfig(file: string, { onNote }: ConnectionOptions): Promise<Kubeconfig> {
  const kubeconfig = parseKubeconfig(await readNamed(file, "the kubeconfig"), file);
  onNote?.(`kubeconfig read from ${file}`);
  return kubeconfig;
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
