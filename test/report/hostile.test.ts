import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { renderCidr } from "../../src/report/cidr.ts";
import { renderCni } from "../../src/report/cni.ts";
import { columns } from "../../src/report/columns.ts";
import { renderDns } from "../../src/report/dns.ts";
import { renderHtml } from "../../src/report/html.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderJunit } from "../../src/report/junit.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderName } from "../../src/report/name.ts";
import { visible, visibleAscii } from "../../src/report/sanitize.ts";
import { renderSarif } from "../../src/report/sarif.ts";
import { type Line, penFor, type Terminal, textWidth } from "../../src/report/screen.ts";
import { renderTable } from "../../src/report/table.ts";
import { renderWide } from "../../src/report/wide.ts";
import { renderYaml } from "../../src/report/yaml.ts";
import { hostile, many, SAMPLES, vxlan } from "./sample-reports.ts";

const plain: Terminal = { width: 80, color: false, unicode: true };
const human = { renderTable, renderWide, renderCidr, renderCni, renderDns };
const documents = { renderJson, renderYaml, renderName, renderJunit, renderSarif, renderMarkdown, renderHtml };
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

test("commands stand whole on lines that can be pasted", () => {
  const commands = [...vxlan.findings, ...hostile.findings, ...many.findings].flatMap(({ next }) =>
    next.map(({ run }) => run),
  );
  for (const width of [40, 60, 80, 120]) {
    const pages = [vxlan, hostile, many].map((report) => renderWide(report, { ...plain, width }));
    // A shell takes a backslash, the line end and the blanks of the hanging indentation as one blank.
    const lines = pages.flatMap((page) => page.replace(/ \\\n +/g, " ").split("\n"));
    const alone = lines.map((line) => line.replace(/^ *(next)? */, ""));
    for (const command of commands) expect(alone).toContain(command);
  }
});

describe.each([40, 60, 80, 120])("on a screen of %i columns", (width) => {
  test.each(Object.entries(human))("%s keeps to the width, but for single words that are longer", (_name, render) => {
    for (const report of Object.values(SAMPLES)) {
      const long = render(report, { ...plain, width })
        .split("\n")
        .filter((line) => textWidth(line) > width);
      const word = (line: string): string =>
        line
          .trim()
          .replace(/^(next|more|proven|inferred|[✗!i] \w+) +/, "")
          .replace(/ \\$/, "");
      expect(long.filter((line) => word(line).includes(" "))).toEqual([]);
    }
  });
});

describe("a page of HTML", () => {
  const ALLOWED =
    /^(html|head|meta|title|style|body|h[123]|p|span|code|pre|ul|li|section|div|table|tr|t[hd]|svg|g|a|rect|path|text)$/;
  test("has no element and no attribute but ours, whatever a cluster sends", () => {
    fc.assert(
      fc.property(nasty, (random) => {
        for (const poison of [
          random,
          '"><script>alert(1)</script>',
          "' onload='x",
          "</style><img src=x>",
          "&lt;",
          "]]>",
        ]) {
          const body = renderHtml(poisoned(many, poison), plain).replace(/<style>[\s\S]*?<\/style>/, "");
          const tags = [...body.matchAll(/<([a-z0-9]+)((?: [a-zA-Z-]+="[^"]*")*)\/?>/g)];
          expect(body.match(/</g)).toHaveLength(tags.length + (body.match(/<\/[a-z0-9]+>|<!doctype/g)?.length ?? 0));
          expect(tags.filter(([, name = ""]) => !ALLOWED.test(name))).toEqual([]);
          expect(tags.filter(([, , attributes = ""]) => /\s(on\w+|src|style)=/.test(attributes))).toEqual([]);
        }
      }),
      { numRuns: 4 },
    );
  });
  test("loads nothing and leads nowhere but to itself", () => {
    for (const report of Object.values(SAMPLES)) {
      const page = renderHtml(report, plain);
      expect(page).toContain("default-src 'none'");
      expect(
        [...page.matchAll(/href="([^"]*)"/g)].filter(([, target = ""]) => !target.startsWith("#finding-")),
      ).toEqual([]);
      const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
      expect([...page.matchAll(/href="#([^"]*)"/g)].filter(([, id]) => !ids.includes(id))).toEqual([]);
    }
  });
});

test("Markdown shows what a cluster sends as it is", () => {
  const poison = "*b* _i_ [l](x) `c` <img> # | ~~s~~ &lt; $x$";
  const page = renderMarkdown(poisoned(hostile, poison));
  const outsideCode = page.replace(/\\[^A-Za-z0-9\s]/g, "").replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "");
  expect(outsideCode.split("\n").filter((line) => /[*_`[\]<~|$]/.test(line))).toEqual([]);
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
