/**
 * `npm run unnamed [-- name...]`: what netdoctor says of faults that it does not know. Takes recorded runs of real faults (test/faults),
 * leaves out the check that names each, and prints what is said first then; writes docs/UNNAMED.md when run without names.
 */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readBundle } from "../src/bundle/read.ts";
import type { Fault } from "../test/faults/fault.ts";
import { isRecorded, readRecording } from "../test/faults/recording.ts";
import { faults } from "../test/faults/registry.ts";
import {
  failedOf,
  firstSaid,
  isLeftover,
  placing,
  shownFirst,
  type Unnamed,
  withoutItsRule,
} from "../test/faults/unnamed.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const examples = join(import.meta.dirname, "../examples");
const exampleOf = (name: string): string => join(examples, `${name}.tar.gz`);
const hasRun = (name: string): boolean => isRecorded(name) || existsSync(exampleOf(name));
const strange = positionals.filter((name) => !hasRun(name));
if (strange.length > 0) throw new Error(`not recorded: ${strange.join(", ")}`);
const wanted = positionals.length > 0 ? positionals : shownFirst.filter(hasRun).slice(0, 10);
const runs = faults.filter(({ name }) => (positionals.length > 0 ? wanted.includes(name) : hasRun(name)));
const all: Unnamed[] = [];
for (const fault of runs) all.push(withoutItsRule(fault, await capturesOf(fault)));
const shown = wanted.flatMap((name) => all.find(({ fault }) => fault.name === name) ?? []);
for (const seen of shown) console.log(printed(seen));
if (positionals.length === 0) {
  await writeFile(join(import.meta.dirname, "../docs/UNNAMED.md"), page());
  console.log(numbers());
}

/** A run that the suite recorded, else the bundle of the examples. */
async function capturesOf({ name }: Fault) {
  if (isRecorded(name)) return readRecording(name);
  const bundle = await readBundle(exampleOf(name));
  if (!bundle.known) throw new Error(bundle.detail);
  return bundle.value.captures;
}

function printed(seen: Unnamed): string {
  const report = (title: string, one: Unnamed["unnamed"]): string => {
    const first = firstSaid(one, seen);
    return first === undefined
      ? `  ${title}: nothing`
      : `  ${title}: ${sentence(first)}\n    ${first.why}\n${first.next.map(({ run }) => `    $ ${run}`).join("\n")}`;
  };
  return [
    `${seen.fault.name}: ${seen.fault.story}`,
    `  left out: ${seen.check} (${seen.fault.expect.id})`,
    report("then", seen.unnamed),
    ...(seen.hidden === "" ? [] : [report(`and where ${seen.hidden}`, seen.unseen)]),
    "",
  ].join("\n");
}

type First = NonNullable<ReturnType<typeof firstSaid>>;
function sentence({ id, subject, message }: First): string {
  const name = subject.namespace === "" ? subject.name : `${subject.namespace}/${subject.name}`;
  return `${id === "traffic-failing-unexplained" ? "" : `${id}, `}${subject.kind} ${name}: ${message}`;
}

function page(): string {
  return `# Faults without a name

Written by \`npm run unnamed\`. What does netdoctor say of a fault that it does not know? Recorded runs of real faults (see [ACCURACY.md](ACCURACY.md)) are concluded again without the check that names the fault; and once more with the fault hidden from what was read as well, so that the packets fail and nothing predicts it. Nothing is sent anew: it is what the probes of that run, and the ways predicted for them, say alone.

${numbers()}

## Ten of them, as they are read first

${shown.map(section).join("\n\n")}

## All

| fault | check left out | flows that fail | then it is put at | hidden as well |
| --- | --- | --- | --- | --- |
${all.map(row).join("\n")}
`;
}

function section(seen: Unnamed): string {
  const { fault, check, unnamed, unseen, hidden } = seen;
  return `### ${fault.name}

${fault.story} Left out: \`${check}\`.

- ${quoted(unnamed, seen)}
${hidden === "" ? "" : `- And where ${hidden}: ${quoted(unseen, seen)}`}`.trimEnd();
}
function quoted(report: Unnamed["unnamed"], seen: Unnamed): string {
  const first = firstSaid(report, seen);
  if (first === undefined) return "Nothing is said: no packet that is promised to pass fails.";
  return `**${plain(sentence(first))}.**${isLeftover(first) ? ` ${plain(first.why)}` : ""}`;
}
function plain(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*");
}

function row(seen: Unnamed): string {
  const hidden = seen.hidden === "" ? "" : placing(seen.unseen, seen);
  return `| ${seen.fault.name} | ${seen.check} | ${failedOf(seen.unnamed).length} | ${placing(seen.unnamed, seen)} | ${hidden} |`;
}

/** The measure, in sentences. */
function numbers(): string {
  const failing = all.filter(({ unnamed }) => failedOf(unnamed).length > 0);
  const count = (of: (seen: Unnamed) => Unnamed["unnamed"]): string => {
    const kinds = failing
      .map((seen) => placing(of(seen), seen))
      .map((kind) => (kind.startsWith("as ") ? "another finding, of the same fault" : kind));
    return [...new Set(kinds)]
      .sort()
      .map((kind) => `${kind}: ${kinds.filter((one) => one === kind).length}`)
      .join("; ");
  };
  const quiet = all.filter((seen) => !failing.includes(seen));
  const silent = quiet.filter((seen) => firstSaid(seen.unnamed, seen) === undefined);
  return [
    `Of ${all.length} recorded faults ${failing.length} make packets fail. Without its check each of these is put at: ${count(({ unnamed }) => unnamed)}. Hidden from what was read as well: ${count(({ unseen }) => unseen)}.`,
    `Of the other ${quiet.length}, of which no packet fails that the cluster network promises to carry (a bridge that a new Pod repairs, a way out, an address outside), ${quiet.length - silent.length} are told by another finding and ${silent.length} not at all: ${silent.map(({ fault }) => fault.name).join(", ")}.`,
  ].join("\n\n");
}
