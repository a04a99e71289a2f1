import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Capture, Captures } from "../../../src/model/capture.ts";
import { readSnapshot } from "../../../src/read/facts.ts";
import { type CaseHeader, readHeader } from "./case-header.ts";
import { applyChanges } from "./changes.ts";
import { captured, manifestCaptures, readManifests, replaceManifests } from "./manifests.ts";
import { probeCaptures } from "./probes.ts";

/**
 * A case: a small cluster as captures, and the findings expected from them: below test/checks those of the folder's check, below
 * test/engine those of the whole report.
 */
export interface Case extends CaseHeader {
  /** "service/endpoints/selector-typo" */
  readonly name: string;
  readonly captures: Captures;
}

const testFolder = join(import.meta.dirname, "..", "..");
const recordedFolder = join(import.meta.dirname, "recorded");

export type CaseArea = "checks" | "engine";

/** All cases below test/<area>: the folders that hold an objects.yaml. */
export function loadCases(area: CaseArea): readonly Case[] {
  return readdirSync(join(testFolder, area), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(`${sep}objects.yaml`))
    .map((path) => path.slice(0, -`${sep}objects.yaml`.length).split(sep).join("/"))
    .sort()
    .map((name) => loadCase(area, name));
}

/** A folder below test/<area> → captures, as if collected from a live cluster. Throws where its files are not as they must be. */
export function loadCase(area: CaseArea, name: string): Case {
  try {
    return readCase(join(testFolder, area, name), name);
  } catch (cause) {
    throw new Error(`case ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function readCase(folder: string, name: string): Case {
  const own = readText(join(folder, "objects.yaml"));
  const header = readHeader(own);
  const recorded = header.on === null ? null : join(recordedFolder, header.on);
  const objects = replaceManifests(
    recorded === null ? [] : readManifests(readText(join(recorded, "objects.yaml"))),
    readManifests(own),
  );
  const texts = new Map([...(recorded === null ? [] : nodeTexts(recorded)), ...nodeTexts(folder)]);
  const changes = join(folder, "changes.yaml");
  if (existsSync(changes)) applyChanges(readText(changes), texts);
  for (const id of header.without) if (!texts.delete(id)) throw new Error(`# without: ${id}: there is no such capture`);

  const captures = toMap([...manifestCaptures(objects), ...[...texts].map(([id, text]) => captured(id, text))]);
  const flows = join(folder, "flows.yaml");
  const probes = probeCaptures(existsSync(flows) ? readText(flows) : "[]", readSnapshot(captures));
  return { ...header, name, captures: toMap([...captures.values(), ...probes]) };
}

/** node/<node>/<section>.json or .txt → its capture's id; the Node's own CNI files keep their names. */
function nodeTexts(folder: string): readonly (readonly [string, string])[] {
  if (!existsSync(join(folder, "node"))) return [];
  return readdirSync(join(folder, "node"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => {
      const path = relative(folder, file).split(sep).join("/");
      return [/\/cni-(conf|file)\//.test(path) ? path : path.replace(/\.(json|txt)$/, ""), readText(file)] as const;
    });
}

function toMap(captures: readonly Capture[]): ReadonlyMap<string, Capture> {
  return new Map(captures.map((capture) => [capture.id, capture]));
}
function readText(file: string): string {
  return readFileSync(file, "utf8");
}
