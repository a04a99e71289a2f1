import { describe, expect, test } from "vitest";
import { checks } from "../../src/checks/registry.ts";
import { findingIds, raised } from "./findings.ts";
import { isGenerated, under } from "./tree.ts";

const checkFiles = under("src/checks", ".ts").filter((file) => !isGenerated(file));
const rulePages = under("src", ".ts").filter((file) => !isGenerated(file));

describe("checks", () => {
  test("every check has the id of its path", () => {
    const paths = checkFiles.map(({ path }) => path.replace(/^src\/checks\/|\.ts$/g, ""));
    expect(checks.map(({ id }) => id)).toEqual(paths);
  });

  test("every check lies in an area, and is named in kebab-case", () => {
    const elsewhere = checks.map(({ id }) => id).filter((id) => !/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(id));
    expect(elsewhere).toEqual([]);
  });

  test("every question is one line, starts with a capital and ends in a question mark", () => {
    const others = checks.map(({ question }) => question).filter((text) => !/^[A-Z][^?\n]*\?$/.test(text));
    expect(others).toEqual([]);
  });
});

describe("findings", () => {
  test("every finding id is kebab-case", () => {
    expect([...findingIds].filter((id) => !/^[a-z]+(-[a-z0-9]+)+$/.test(id))).toEqual([]);
  });

  test("every finding is raised in one place", () => {
    const several = raised.filter(({ id }, index) => raised.some((other, at) => at !== index && other.id === id));
    expect(several).toEqual([]);
  });

  test("every finding that is defined is raised", () => {
    const defined = rulePages.flatMap(({ path, text }) =>
      [...text.matchAll(/defineFinding<[\s\S]*?\bid: "([^"]+)"/g)].map(([, id = ""]) => ({ path, id })),
    );
    expect(defined.length).toBe(findingIds.size);
    expect(defined.filter(({ id }) => !findingIds.has(id))).toEqual([]);
  });

  test("every symptom that a check explains is a finding there is", () => {
    const named = rulePages.flatMap(({ path, text }) =>
      [...text.matchAll(/findingKey\("([^"]+)"/g)].map(([, id = ""]) => ({ path, id })),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(({ id }) => !findingIds.has(id))).toEqual([]);
  });
});
