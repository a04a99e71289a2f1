import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shellQuote } from "../../src/net/shell-quote.ts";

describe("shellQuote", () => {
  test("leaves ordinary commands as a person types them", () => {
    expect(shellQuote(["kubectl", "-n", "shop", "get", "pods", "--selector", "app=cart", "-o=wide"])).toBe(
      "kubectl -n shop get pods --selector app=cart -o=wide",
    );
  });
  test("quotes what a shell would act on", () => {
    expect(shellQuote(["echo", "", "a b", "it's", "$(id)", "`id`", "~", "*", "=ls"])).toBe(
      `echo '' 'a b' 'it'\\''s' '$(id)' '\`id\`' '~' '*' '=ls'`,
    );
  });
  test("never lets a first word become an assignment", () => {
    expect(shellQuote(["PATH=/tmp", "ls"])).toBe("'PATH=/tmp' ls");
  });
  test("escapes newlines, terminal escapes and text direction so that the line shows what it runs", () => {
    expect(shellQuote(["echo", "a\nb\u001b[2J\u202e'\\"])).toBe("echo $'a\\012b\\033[2J\\342\\200\\256\\'\\\\'");
  });
  test("a shell reads back exactly the words that went in", () => {
    const word = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !text.includes("\0"));
    const tricky = fc.string({
      unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", "\t", "\u001b", "!", "=", "~", " ", "7", "é", "\u202e"),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(word, tricky), { minLength: 1, maxLength: 6 }), (words) => {
        const line = shellQuote(["printf", "%s\\0", ...words]);
        expect(line).not.toMatch(/\p{Cc}/u);
        const back = execFileSync("bash", ["--norc", "-c", line], { encoding: "utf8" }).split("\0").slice(0, -1);
        expect(back).toEqual(words);
      }),
      { numRuns: 150 },
    );
  });
});
