import { expect, test } from "vitest";
import { isMisspelt, nearestWord } from "../../src/net/edit-distance.ts";

test("two neighbours swapped, one letter wrong and one missing are misspelt, and another short word is not", () => {
  expect(isMisspelt("wbe", "web")).toBe(true);
  expect(isMisspelt("checkuot", "checkout")).toBe(true);
  expect(isMisspelt("carts", "cart")).toBe(true);
  expect(isMisspelt("db", "ui")).toBe(false);
  expect(isMisspelt("web", "web")).toBe(false);
});

test("the nearest word is of those that need least, and none where most would have to change", () => {
  expect(nearestWord("contxt", ["cluster", "context"])).toBe("context");
  expect(nearestWord("zzz", ["cluster", "context"])).toBeNull();
});
