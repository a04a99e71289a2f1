import type { Captures } from "../../model/capture.ts";
import { known, type Learned, mapLearned, unknown } from "../../model/learned.ts";
import type { CniConfigFile, NodeState } from "../../model/node.ts";
import { isCniConfigFile, parseCniConfig } from "../cni-conf/conflist.ts";
import { type CniListing, parseCniListing } from "../cni-conf/listing.ts";
import { type CniBinaries, parseCniBinaries } from "./cni-bin.ts";
import { parseRuntimeConfig, trimSlash } from "./runtime-config.ts";
import { readSection, textOf } from "./section.ts";

type CniFacts = Pick<NodeState, "cniConfigs" | "cniConfDir" | "cniBinDir" | "cniBinaries" | "cniFiles">;

/** What lies in the CNI directories of a Node. A directory that is not there holds no files; one that was not read is unknown. */
export function readCniFiles(node: string, captures: Captures): CniFacts {
  const prefix = `node/${node}/`;
  const listing = orAbsent<CniListing>(readSection(captures, `${prefix}cni-conf`, parseCniListing));
  const binaries = orAbsent<CniBinaries>(readSection(captures, `${prefix}cni-bin`, parseCniBinaries));
  const runtime = textOf(captures, `${prefix}runtime-config`);
  const directories = parseRuntimeConfig(runtime.known ? runtime.value : "");
  return {
    cniConfDir: confDirectory(listing, directories.conf),
    cniConfigs: readConfigs(prefix, captures, listing, directories.conf),
    cniBinDir: mapLearned(binaries, ({ directory }) => directory),
    cniBinaries: mapLearned(binaries, ({ files }) => files),
    cniFiles: readKeptFiles(prefix, captures),
  };
}

/** The collector ends such a listing with "DIRECTORY does not exist", which says all there is to say. */
function orAbsent<T>(listing: Learned<T>): Learned<T | { directory: string; files: readonly [] }> {
  if (listing.known || listing.reason !== "failed") return listing;
  const directory = /(?:^|\s)(\/\S*) does not exist\s*$/.exec(listing.detail)?.[1];
  return directory === undefined ? listing : known({ directory, files: [] });
}

/** What the runtime's own configuration says counts before the directory that was listed. */
function confDirectory(listing: Learned<CniListing>, configured: readonly string[]): Learned<string> {
  const [first] = configured;
  if (first === undefined) return mapLearned(listing, ({ directory }) => directory);
  if (listing.known && configured.includes(trimSlash(listing.value.directory))) return known(listing.value.directory);
  return known(first);
}

function readConfigs(
  prefix: string,
  captures: Captures,
  listing: Learned<CniListing>,
  configured: readonly string[],
): Learned<readonly CniConfigFile[]> {
  if (!listing.known) return listing;
  const { directory, files } = listing.value;
  if (configured.length > 0 && !configured.includes(trimSlash(directory))) {
    return unknown("not-collected", `the runtime reads ${configured.join(", ")}, the files are those of ${directory}`);
  }
  const configs = files.filter(({ name }) => isCniConfigFile(name));
  return known(
    configs.map(({ name, size }) => {
      const text = textOf(captures, `${prefix}cni-conf/${name}`);
      return { file: name, size, config: text.known ? parseCniConfig(name, text.value) : text };
    }),
  );
}

/** Captures `cni-file/run/flannel/subnet.env` → "/run/flannel/subnet.env". One that failed is left out: nothing is said about it. */
function readKeptFiles(prefix: string, captures: Captures): NodeState["cniFiles"] {
  const start = `${prefix}cni-file/`;
  const files = new Map<string, string>();
  for (const [id, { result }] of captures) {
    if (id.startsWith(start) && result.known) files.set(`/${id.slice(start.length)}`, result.value);
  }
  // The collector asks for these files after the listing: with neither, nobody looked.
  return files.size > 0 || captures.has(`${prefix}cni-bin`)
    ? known(files)
    : unknown("not-collected", `${start}… was not collected`);
}
