import type { CniConfig } from "../../model/node.ts";
import { BRANDS, type Brand, brandOfPlugin } from "./brands.ts";
import { CHAINED_PLUGINS } from "./plugin-types.ts";

/** Whose configuration this is, by the first plugin that connects Pods; null where it is none that we know. */
export function brandOfConfig(config: Pick<CniConfig, "name" | "plugins">, types: readonly string[]): Brand | null {
  const main = types.find((type) => !CHAINED_PLUGINS.has(type)) ?? types[0];
  if (main === undefined) return null;
  const byPlugin = brandOfPlugin(main);
  if (main !== "bridge" && main !== "ptp") return byPlugin;
  const bridges = config.plugins.map(({ bridge }) => bridge);
  const byName = BRANDS.find(
    (brand) => brand.networks?.includes(config.name) || brand.bridges?.some((bridge) => bridges.includes(bridge)),
  );
  return byName ?? byPlugin;
}
