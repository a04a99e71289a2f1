import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BundledPackage } from "./bundled-packages.ts";
import type { PinnedPackage } from "./pinned-package.ts";

const rule = `\n\n${"=".repeat(78)}\n\n`;

/** What the licences of the code in an archive ask to be handed on with it: each package's own texts, then the runtime's. */
export function notices(packages: readonly BundledPackage[], runtime: PinnedPackage | null): string {
  const intro = `netdoctor is licensed under the Apache License 2.0 (LICENSE). It contains code of the packages below${
    runtime === null ? "." : ", and the runtime at the end."
  }`;
  const sections = unique(packages).map(
    ({ name, version, license, texts }) =>
      `${name} ${version}${license === "" ? "" : ` (${license})`}\n\n${
        texts.length > 0 ? texts.join("\n\n") : `The package holds no licence file; it states: ${license || "none"}.`
      }`,
  );
  const last = runtime === null ? [] : [runtimeNotice(runtime)];
  return `${[intro, ...sections, ...last].join(rule).replaceAll("\r\n", "\n")}\n`;
}

/** One package may be there twice, for two that depend on it. */
function unique(packages: readonly BundledPackage[]): readonly BundledPackage[] {
  return [...new Map(packages.map((entry) => [`${entry.name}@${entry.version}`, entry])).values()];
}

function runtimeNotice({ version }: PinnedPackage): string {
  const text = (file: string): string =>
    readFileSync(join(import.meta.dirname, "runtime-notices", file), "utf8").trim();
  return `${text("bun.txt").replaceAll("VERSION", version)}${rule}${text("lgpl-2.1.txt")}`;
}
