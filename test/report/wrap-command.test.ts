import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shellQuote } from "../../src/net/shell-quote.ts";
import { textWidth } from "../../src/report/screen.ts";
import { wrapCommand } from "../../src/report/wrap-command.ts";

/** What a shell makes of lines that go on behind a backslash: the line end goes, the blanks before the next word part. */
const pasted = (lines: readonly string[]): string => lines.join("\n").replace(/ \\\n {4}/g, " ");

describe("a command that is too long for the screen", () => {
  test("goes on behind a backslash, under a hanging indentation", () => {
    expect(wrapCommand("iptables -t raw -L PREROUTING -n -v --line-numbers", 36)).toEqual([
      "iptables -t raw -L PREROUTING -n \\",
      "    -v --line-numbers",
    ]);
  });
  test("is not broken inside of quotes", () => {
    const command = `kubectl get pods --selector 'app in (a, b)' -o "a b" $'it\\'s a'`;
    expect(wrapCommand(command, 20)).toEqual([
      "kubectl get pods \\",
      "    --selector \\",
      "    'app in (a, b)' \\",
      '    -o "a b" \\',
      "    $'it\\'s a'",
    ]);
  });
  test("is the same command when it is pasted, and as narrow as its words allow", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme-ascii", maxLength: 20 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 10, max: 120 }),
        (words, width) => {
          const command = shellQuote(["kubectl", ...words]);
          const lines = wrapCommand(command, width);
          expect(pasted(lines)).toBe(command);
          for (const line of lines.slice(1)) {
            const single = line.replace(/ \\$/, "").trim();
            expect(textWidth(line) <= width || wrapCommand(single, 1).length === 1).toBe(true);
          }
        },
      ),
    );
  });
});
