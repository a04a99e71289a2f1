import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { renderCidr } from "../../src/report/cidr.ts";
import { renderCni } from "../../src/report/cni.ts";
import { columns } from "../../src/report/columns.ts";
import { renderDns } from "../../src/report/dns.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderName } from "../../src/report/name.ts";
import { visible, visibleAscii } from "../../src/report/sanitize.ts";
import { type Line, penFor, type Terminal, textWidth } from "../../src/report/screen.ts";
import { renderTable } from "../../src/report/table.ts";
import { renderWide } from "../../src/report/wide.ts";
import { renderYaml } from "../../src/report/yaml.ts";
import { hostile, many, SAMPLES, vxlan } from "./sample-reports.ts";

const plain: Terminal = { width: 80, color: false, unicode: true };
const human = { renderTable, renderWide, renderCidr, renderCni, renderDns };
const documents = { renderJson, renderYaml, renderName };
const nasty = fc.string({ unit: "binary", maxLength: 30 });
const ACTING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** The report with every string that comes from a cluster put through `change`; words that the model fixes stay. */
function poisoned(report: Report, poison: string): Report {
  const keep = new Set<string>(
    Object.values(SAMPLES).flatMap((sample) => [sample.verdict, ...sample.checks.map(({ status }) => status)]),
  );
  const text = JSON.stringify(report, (key, value) =>
    typeof value === "string" &&
    ["name", "message", "value", "where", "cidr", "reason", "statement", "measure"].includes(key) &&
    !keep.has(value)
      ? `${value}${poison}`
      : value,
  );
  return JSON.parse(text);
}

describe("nothing that a cluster says acts on the terminal", () => {
  test.each(Object.entries({ ...human, ...documents }))("%s", (_name, render) => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 200 }), (poison, width) => {
        const text = render(poisoned(many, poison), { ...plain, width });
        expect(text.replaceAll("\n", "")).not.toMatch(ACTING);
      }),
      { numRuns: 12 },
    );
  });
  test.each(Object.entries(human))("%s: a name cannot add a line", (_name, render) => {
    const lines = (poison: string): number =>
      render(poisoned(hostile, poison), { ...plain, width: 120 }).split("\n").length;
    expect(lines("\n\n\n")).toBe(lines("\\n\\n\\n"));
  });
});

test("escapes are visible and applying them twice changes nothing", () => {
  expect(visible("a\u001b[31m\n\u202e\u0000")).toBe("a\\e[31m\\n\\u{202e}\\u{0}");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(visible(visible(text))).toBe(visible(text));
      expect(visibleAscii(text)).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});

test("colour adds escapes and takes no word away", () => {
  for (const render of Object.values(human)) {
    const coloured = render(vxlan, { ...plain, color: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escapes that colour adds
    const bare = coloured.replace(/\u001b\[[0-9;]*m/g, "").replace(/ +$/gm, "");
    expect(coloured).toContain("\u001b[1;31m");
    expect(bare).toBe(render(vxlan, plain));
  }
});

test("without Unicode every page is ASCII", () => {
  for (const render of Object.values(human)) {
    for (const report of Object.values(SAMPLES))
      expect(render(report, { ...plain, unicode: false })).toMatch(/^[\x20-\x7e\n]*$/);
  }
});

test("commands are never broken over lines", () => {
  const commands = [...vxlan.findings, ...hostile.findings, ...many.findings].flatMap(({ next }) =>
    next.map(({ run }) => run),
  );
  for (const width of [40, 80, 120]) {
    const lines = [vxlan, hostile, many].flatMap((report) => renderWide(report, { ...plain, width }).split("\n"));
    const alone = lines.map((line) => line.replace(/^ *(next)? */, ""));
    for (const command of commands) expect(alone).toContain(command);
  }
});

describe("tables", () => {
  const text = (lines: readonly Line[]): string[] => lines.map((line) => line.map((span) => span.text).join(""));
  const pen = penFor(plain);
  test("with more than 500 rows look as small ones do", () => {
    const row = ["node1", "10.244.0.0/24 and some words that wrap in a narrow column"];
    const small = text(columns({ header: ["NODE", "CIDR"], rows: [row], width: 40, indent: 2 }, pen));
    const large = text(columns({ header: ["NODE", "CIDR"], rows: Array(501).fill(row), width: 40, indent: 2 }, pen));
    expect(large.slice(0, small.length)).toEqual(small);
    expect(large).toHaveLength(1 + 501 * (small.length - 1));
  });
  test("lose no character, however narrow, and keep to the width", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.stringMatching(/^[a-z0-9/.-]{1,60}$/), fc.stringMatching(/^[a-z0-9/.-]{1,60}$/)), {
          minLength: 1,
          maxLength: 5,
        }),
        (rows) => {
          const lines = text(columns({ header: ["A", "B"], rows, width: 40, indent: 2 }, pen));
          expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(40);
          const sorted = (all: readonly string[]): string => [...all.join("").replaceAll(" ", "")].sort().join("");
          expect(sorted(lines.slice(1))).toBe(sorted(rows.flat()));
        },
      ),
    );
  });
});
