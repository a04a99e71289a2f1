import { Args, Command, Flags } from "@oclif/core";
import { describe, expect, test } from "vitest";
import { durationFlag, parseDuration } from "../../src/cli/duration.ts";
import { AccessError, endingOf, InterruptedError, UsageError } from "../../src/cli/errors.ts";

const context = { version: "0.1.0", verbose: false };

class Sample extends Command {
  static override args = { from: Args.string({ required: true }) };
  static override flags = { port: Flags.integer() };
  override async run(): Promise<void> {
    await this.parse(Sample);
    this.exit(4);
  }
}
async function thrownBy(argv: string[]): Promise<unknown> {
  try {
    await Sample.run(argv, { root: import.meta.dirname });
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("how a run ends", () => {
  test("a wrong command line is 2", async () => {
    expect(endingOf(new UsageError("expected one Pod"), context)).toEqual({
      exitCode: 2,
      lines: ["error: expected one Pod", "See --help."],
    });
    for (const argv of [[], ["a", "--port", "x"], ["a", "--nonsense"]]) {
      expect(endingOf(await thrownBy(argv), context)).toMatchObject({
        exitCode: 2,
        lines: expect.arrayContaining(["See --help."]),
      });
    }
  });
  test("a code that a command asks for is kept", async () => {
    expect(endingOf(await thrownBy(["a"]), context).exitCode).toBe(4);
  });
  test("no access is 3, with what would help", () => {
    expect(endingOf(new AccessError("the API server refused the token", "log in again"), context)).toEqual({
      exitCode: 3,
      lines: ["error: the API server refused the token", "  -> log in again"],
    });
  });
  test("Ctrl-C is 130 and says what is left", () => {
    expect(endingOf(new InterruptedError("left: namespace netdoctor-x7k2"), context)).toEqual({
      exitCode: 130,
      lines: ["interrupted", "left: namespace netdoctor-x7k2"],
    });
    expect(endingOf(AbortSignal.abort().reason, context).exitCode).toBe(130);
  });
  test("all else is a bug of netdoctor: 70, with the version, and the stack with -v only", () => {
    const error = new TypeError("Cannot read properties of undefined");
    const short = endingOf(error, context);
    expect(short.exitCode).toBe(70);
    expect(short.lines[0]).toBe("netdoctor 0.1.0 has a bug: Cannot read properties of undefined");
    expect(short.lines.join("\n")).not.toContain("errors.test.ts");
    expect(endingOf(error, { ...context, verbose: true }).lines.join("\n")).toContain("errors.test.ts");
    expect([null, undefined, "text", { a: 1 }].map((thrown) => endingOf(thrown, context).exitCode)).toEqual([
      70, 70, 70, 70,
    ]);
  });
  test("what a cluster sent cannot act on the terminal", () => {
    const { lines } = endingOf(new AccessError("denied \u001b[2J\u202e"), context);
    expect(lines.join("")).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });
});

describe("durations", () => {
  test.each([
    ["30s", 30_000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["1h1m1s1ms", 3_661_001],
    ["0.5s", 500],
  ])("%s is %i ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
  test.each(["", "5 minutes", "30", "s", "-1s", "0s", "1d", "1e3s", "1s ", "999999h", ".5s", "0.0001ms"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );
  test("a wrong one names the flag and what was given", () => {
    expect(() => durationFlag("timeout", "5 minutes")).toThrow(
      new UsageError("expected `--timeout` to be a duration like 30s, got `5 minutes`"),
    );
  });
});
