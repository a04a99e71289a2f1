import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import * as v from "valibot";

const root = join(import.meta.dirname, "../..");

/** A package of which the bundle holds code. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression as the package states it; "" = it states none. */
  readonly license: string;
  /** Where it is, from the repository's root: the key of the lock file. */
  readonly path: string;
  /** Texts of its licence and notice files. */
  readonly texts: readonly string[];
}

const licenseSchema = v.union([
  v.string(),
  v.pipe(
    v.object({ type: v.string() }),
    v.transform(({ type }) => type),
  ),
]);
const manifestSchema = v.object({ name: v.string(), version: v.string(), license: v.optional(licenseSchema, "") });

/** The packages that the bundle's bytes come from, by name and version. Files that contribute no byte do not count. */
export function bundledPackages({ outputs }: Pick<Metafile, "outputs">): readonly BundledPackage[] {
  const paths = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const path = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
      if (path !== undefined && bytesInOutput > 0) paths.add(path);
    }
  }
  return [...paths]
    .map(readPackage)
    .sort((a, b) => (`${a.name}@${a.version} ${a.path}` < `${b.name}@${b.version} ${b.path}` ? -1 : 1));
}

function readPackage(path: string): BundledPackage {
  const directory = join(root, path);
  const { name, version, license } = v.parse(
    manifestSchema,
    JSON.parse(readFileSync(join(directory, "package.json"), "utf8")),
  );
  const texts = existsSync(directory) ? readdirSync(directory) : [];
  return {
    name,
    version,
    license,
    path,
    texts: texts
      .filter((file) => /^(?:licen[cs]es?|copying|notice)(?:[.-].*)?$/i.test(file))
      .sort()
      .map((file) => readFileSync(join(directory, file), "utf8").trim()),
  };
}
