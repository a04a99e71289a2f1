/** A Krew manifest and what `validate-krew-manifest` asks of one, which the index runs on every pull request (krew v0.4.5). */
import { load } from "js-yaml";
import * as v from "valibot";
import { krewPairs, selectorFaults, selects } from "./krew-selector.ts";

const text = v.optional(v.string(), "");
const expression = v.strictObject({
  key: v.string(),
  operator: v.string(),
  values: v.optional(v.array(v.string()), []),
});
const platformSchema = v.strictObject({
  uri: text,
  sha256: text,
  bin: text,
  files: v.optional(v.array(v.strictObject({ from: text, to: text }))),
  selector: v.optional(
    v.strictObject({
      matchLabels: v.optional(v.record(v.string(), v.string())),
      matchExpressions: v.optional(v.array(expression)),
    }),
  ),
});
const schema = v.strictObject({
  apiVersion: text,
  kind: text,
  metadata: v.strictObject({ name: text }),
  spec: v.strictObject({
    version: text,
    homepage: text,
    shortDescription: text,
    description: text,
    caveats: text,
    platforms: v.optional(v.array(platformSchema), []),
  }),
});

export type KrewManifest = v.InferOutput<typeof schema>;
export type KrewPlatform = v.InferOutput<typeof platformSchema>;

/** Throws where the text is no YAML or has fields that no manifest has. */
export const parseKrewManifest = (yaml: string): KrewManifest => v.parse(schema, load(yaml));

/** What the index's CI would refuse the manifest for, in a line each; empty = it would take it. `file` is its name in plugins/. */
export function krewFaults(file: string, yaml: string): readonly string[] {
  let manifest: KrewManifest;
  try {
    manifest = parseKrewManifest(yaml);
  } catch (cause) {
    return [cause instanceof Error ? cause.message : String(cause)];
  }
  return [
    ...nameFaults(file, manifest),
    ...textFaults(manifest),
    ...manifest.spec.platforms.flatMap((platform, index) =>
      platformFaults(platform).map((fault) => `spec.platforms[${index}]: ${fault}`),
    ),
    ...overlapFaults(manifest),
  ];
}

const windowsDevice = /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])$/i;

function nameFaults(file: string, { apiVersion, kind, metadata: { name } }: KrewManifest): readonly string[] {
  return faults([
    [apiVersion !== "krew.googlecontainertools.github.com/v1alpha2", `apiVersion ${apiVersion} is not supported`],
    [kind !== "Plugin", `kind ${kind} is not Plugin`],
    [!/^[A-Za-z0-9_-]+$/.test(name) || windowsDevice.test(name), `the name ${name} is not allowed`],
    [file !== `${name}.yaml`, `the file ${file} should be named ${name}.yaml`],
  ]);
}

/** Semantic Versioning 2.0.0 with a v before it. */
const version =
  /^v(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][\w-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\w-]*))*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

function textFaults({ spec }: KrewManifest): readonly string[] {
  return faults([
    [!version.test(spec.version), `the version ${spec.version} is not vMAJOR.MINOR.PATCH`],
    [spec.shortDescription === "", "there is no shortDescription"],
    [/[\r\n]/.test(spec.shortDescription), "shortDescription has more than one line"],
    [spec.platforms.length === 0, "there is no platform"],
    // Warnings of the index's CI, and what its reviewers ask for.
    [isTooWide(spec.shortDescription, 70), "shortDescription is longer than 70 characters"],
    [isTooWide(spec.description, 80), "a line of description is longer than 80 characters"],
    [isTooWide(spec.caveats, 80), "a line of caveats is longer than 80 characters"],
    [!/^https:\/\/[^/]+\/./.test(spec.homepage), `the homepage ${spec.homepage} is no https address`],
  ]);
}

function platformFaults({ uri, sha256, bin, files, selector }: KrewPlatform): readonly string[] {
  return [
    ...faults([
      [uri === "", "uri is not set"],
      [uri !== "" && !/\.(?:tar\.gz|zip)$/.test(uri), `${uri} is neither .tar.gz nor .zip`],
      [!/^[a-f0-9]{64}$/.test(sha256), `sha256 ${sha256} is not 64 hexadecimal digits`],
      [bin === "", "bin is not set"],
      [files?.length === 0, "files is there and empty"],
      [files !== undefined && !files.some(({ from }) => isLicense(from)), "files holds no licence file"],
      [selector !== undefined && selects(selector, "windows") && !bin.endsWith(".exe"), `${bin} is no .exe`],
    ]),
    ...(files ?? []).flatMap(fileFaults),
    ...selectorFaults(selector),
  ];
}

/** Of a path on its way into the plugin's folder (internal/installation/move.go). */
function fileFaults({ from, to }: { readonly from: string; readonly to: string }): readonly string[] {
  const isUnclean = to !== "." && /^\/|\/$|(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(to);
  return faults([
    [from === "", "from is not set"],
    [to === "", "to is not set"],
    [to !== "" && isUnclean, `to ${to} is not a clean path inside the plugin's folder`],
    [/(?:^|\/)\.\.(?:\/|$)/.test(from), `from ${from} leads out of the archive`],
  ]);
}

/** Names that count as one, whatever their case (cmd/validate-krew-manifest). */
export const isLicense = (path: string): boolean =>
  /^(?:licenses?(?:\.txt|\.md)?|copying(?:\.txt)?)$/i.test(path.split("/").at(-1) ?? "");

function overlapFaults({ spec: { platforms } }: KrewManifest): readonly string[] {
  return krewPairs.flatMap(({ os, arch }) => {
    const matching = platforms.flatMap(({ selector }, index) =>
      selector !== undefined && selects(selector, os, arch) ? [index] : [],
    );
    return matching.length > 1 ? [`platforms ${matching.join(" and ")} both match ${os}/${arch}`] : [];
  });
}

const faults = (asked: readonly (readonly [isFault: boolean, fault: string])[]): readonly string[] =>
  asked.flatMap(([isFault, fault]) => (isFault ? [fault] : []));

/** A line of one word, such as an address, may be longer. */
const isTooWide = (lines: string, width: number): boolean =>
  lines.split("\n").some((line) => line.length > width && line.trim().includes(" "));
