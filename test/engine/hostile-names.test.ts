import { describe, expect, test } from "vitest";
import { checks } from "../../src/checks/registry.ts";
import { conclude } from "../../src/engine/conclude.ts";
import type { Capture, Captures } from "../../src/model/capture.ts";
import { known } from "../../src/model/learned.ts";
import { loadCases } from "../support/case/load-case.ts";
import { checkOf } from "../support/case/run-case.ts";

/** No API server admits these names; a bundle may hold them all the same. */
const hostile = [
  "$(reboot)",
  "`reboot`",
  "a; reboot #",
  "x' || reboot '",
  'x" && reboot "',
  "a\nreboot",
  "\u001b[2J\u202Ereboot",
  "-exec=reboot",
  "a|b>c<d&e\\",
  "$HOME/../etc",
];
const victims =
  /(?<=["/ =])(web|web-[12]|cart|cart-1|new-1|shop|coredns|kube-dns|node2|flannel\.1|cni0|portmap)(?=["/,])/g;

const all = loadCases("checks").filter(({ expected }) => expected.length > 0);
const oneOfEach = checks.flatMap(({ id }) => all.filter(({ name }) => checkOf(name) === id).slice(0, 1));

describe("names that are shell code stay words in the commands to run", () => {
  test.each(hostile.map((name) => [JSON.stringify(name), name] as const))("%s", (_, name) => {
    const reports = oneOfEach.map(({ captures }) => conclude(renamed(captures, name)));
    const lines = reports.flatMap(({ findings }) => findings.flatMap(({ next }) => next.map(({ run }) => run)));
    expect(lines.filter((line) => /reboot|etc|d&e/.test(line)).length).toBeGreaterThan(10);
    for (const line of lines) expect(unquoted(line)).toMatch(/^[\w@%+=:,./ -]*$/);
  });
});

/** The captures with that name in the place of the objects', devices' and plugins' own. */
function renamed(captures: Captures, name: string): Captures {
  const inJson = JSON.stringify(name).slice(1, -1);
  const entries = [...captures.values()].map((capture): Capture => {
    const id = name.includes("/") ? capture.id : capture.id.replace("node/node2/", `node/${name}/`);
    if (!capture.result.known) return { ...capture, id };
    return { ...capture, id, result: known(capture.result.value.replace(victims, () => inJson)) };
  });
  return new Map(entries.map((capture) => [capture.id, capture]));
}

/** What is left of a shell line outside its quotes: '…' and $'…'; an escaped quote between two of them belongs to them. */
function unquoted(line: string): string {
  return line.replace(/\$'(?:[^'\\]|\\.)*'|'[^']*'|\\'/g, "");
}
