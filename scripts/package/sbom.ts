import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { BundledPackage } from "./bundled-packages.ts";
import pinned from "./pinned-packages.json" with { type: "json" };

const lockSchema = v.object({ packages: v.record(v.string(), v.object({ integrity: v.optional(v.string()) })) });

interface Component {
  readonly type: "library" | "application" | "platform";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly object[];
  readonly hashes?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
}

/**
 * The bill of materials of a release in CycloneDX 1.6: the packages in the bundle with the hashes of the lock file, and the
 * runtimes that carry it. It has no time in it, and its serial number follows from the rest.
 */
export function sbom(version: string, packages: readonly BundledPackage[], runtimes: readonly string[]): string {
  const lock = v.parse(
    lockSchema,
    JSON.parse(readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8")),
  );
  const libraries = packages.map(({ name, version: of, license, path }) =>
    component("library", name, of, license, lock.packages[path]?.integrity),
  );
  const platforms = Object.entries(pinned)
    .filter(([name]) => runtimes.includes(name))
    .map(([name, { version: of, integrity }]) => component("platform", name, of, "MIT", integrity));
  const components = [...new Map([...libraries, ...platforms].map((entry) => [entry.purl, entry])).values()];
  const subject = component("application", "kubectl-netdoctor", version, "Apache-2.0", undefined);
  const hash = createHash("sha256")
    .update(JSON.stringify([subject, components]))
    .digest("hex");
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(hash)}`,
    version: 1,
    metadata: { component: subject },
    components,
    dependencies: [{ ref: subject["bom-ref"], dependsOn: components.map((entry) => entry["bom-ref"]) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function component(
  type: Component["type"],
  name: string,
  version: string,
  license: string,
  integrity: string | undefined,
): Component {
  // Package URL specification, type npm: the scope's @ is percent-encoded.
  const purl = `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
  const content =
    integrity === undefined ? null : Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
  return {
    type,
    "bom-ref": purl,
    name,
    version,
    purl,
    ...(license === "" ? {} : { licenses: [{ expression: license }] }),
    ...(content === null ? {} : { hashes: [{ alg: "SHA-512", content }] }),
  };
}

/** The layout of a version 8 UUID (RFC 9562 section 5.8), whose bits are the maker's own. */
const uuidOf = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
