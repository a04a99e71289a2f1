import { describe, expect, test } from "vitest";
import { bannedWords, findingIds, raised } from "./findings.ts";
import { under } from "./tree.ts";

const HEADINGS = [
  "What it says",
  "Why it matters",
  "How netdoctor knows",
  "Confirm by hand",
  "What to do",
  "Verify",
  "When it is fine",
];
const SHORTEST = 25;
const LONGEST = 60;
const WIDEST = 80;

const pages = under("docs/findings", ".md").map(({ path, text }) => ({
  id: path.replace(/^docs\/findings\/|\.md$/g, ""),
  text,
  prose: text.replace(/^```\n[\s\S]*?^```$/gm, "").replace(/`[^`]*`/g, "`…`"),
}));

describe("pages of findings", () => {
  test("every finding has a page", () => {
    const written = new Set(pages.map(({ id }) => id));
    expect([...findingIds].filter((id) => !written.has(id))).toEqual([]);
  });

  test("every page belongs to a finding", () => {
    expect(pages.map(({ id }) => id).filter((id) => !findingIds.has(id))).toEqual([]);
  });

  test("every page starts with its id, then its severity and a summary", () => {
    const severities = new Map(raised.map(({ id, severity }) => [id, severity]));
    const others = pages.filter(({ id, text }) => {
      const [, title, severity] = /^# (\S+)\n\n\*(\w+)\* [A-Z][\s\S]*?\.\n\n## /.exec(text) ?? [];
      return title !== id || severity !== severities.get(id);
    });
    expect(others.map(({ id }) => id)).toEqual([]);
  });

  test.each(pages)("$id has the fixed headings in their order, and something under each", ({ text }) => {
    const sections = text.split(/^## /m).slice(1);
    expect(sections.map((section) => section.split("\n")[0])).toEqual(HEADINGS);
    expect(sections.filter((section) => section.split("\n").slice(1).join("").trim() === "")).toEqual([]);
  });

  test.each(pages)("$id gives commands to confirm it by hand", ({ text }) => {
    const [, confirm = ""] = /^## Confirm by hand\n([\s\S]*?)^## /m.exec(text) ?? [];
    expect(confirm).toMatch(/^```\n[\s\S]+?\n```$/m);
  });

  test("every page has between 25 and 60 lines", () => {
    const sizes = pages.map(({ id, text }) => ({ id, count: text.trimEnd().split("\n").length }));
    expect(sizes.filter(({ count }) => count < SHORTEST || count > LONGEST)).toEqual([]);
  });

  test("prose fits a terminal of 80 columns", () => {
    const wide = pages.flatMap(({ id, text }) =>
      text
        .replace(/^```\n[\s\S]*?^```$/gm, "")
        .split("\n")
        .filter((line) => line.length > WIDEST)
        .map((line) => `${id}: ${line}`),
    );
    expect(wide).toEqual([]);
  });

  test("no page holds a banned word", () => {
    const hits = pages.flatMap(({ id, prose }) =>
      prose.split("\n").flatMap((line) => (bannedWords.test(line) ? [`${id}: ${line}`] : [])),
    );
    expect(hits).toEqual([]);
  });

  test("a page that refers to another refers to one there is", () => {
    const named = pages.flatMap(({ id, text }) =>
      [...text.matchAll(/\b(?:see|See|is|are|called)\s+`([a-z]+(?:-[a-z]+){2,})`/g)].map(([, to = ""]) => ({ id, to })),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(({ to }) => !findingIds.has(to))).toEqual([]);
  });
});
