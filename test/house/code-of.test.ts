import { expect, test } from "vitest";
import { codeOf } from "./code-of.ts";

const squeezed = (text: string): string => codeOf(text).replace(/\s+/g, " ").trim();

test.each([
  ["a line comment", "one // as any\ntwo", "one two"],
  ["a block comment", "one /* as\nany */ two", "one two"],
  ["strings with escaped quotes", `f("a \\" as any", 'b') + 1`, "f( , ) + 1"],
  ["a template, but not the code in it", `f(\`x \${g(a as T)} y\`) as U`, "f( g(a as T) ) as U"],
  ["a template in a template", `\`a \${b ? \`c \${d as T}\` : {}} e\` as U`, "b ? d as T : {} as U"],
  ["a regular expression with quotes and slashes in a class", `x.match(/["'/]as any/) && y`, "x.match( ) && y"],
])("blanks %s", (_what, text, expected) => {
  expect(squeezed(text)).toBe(expected);
});

test("keeps a division and every line break", () => {
  expect(codeOf("a = b / c / d;\n// x\ne")).toBe("a = b / c / d;\n    \ne");
});
