import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProgress, type Progress } from "../../src/cli/progress.ts";
import { describeOutput } from "../../src/cli/terminal.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watched(isTTY: boolean, quiet: boolean): { progress: Progress; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 30 });
  const output = describeOutput(stream, { LANG: "C" }, "linux", "auto");
  let text = "";
  return {
    progress: createProgress(output, { quiet }),
    text: () => {
      text += stream.read() ?? "";
      return text;
    },
  };
}

describe("on a terminal", () => {
  test("one line moves, stays within the width, and is gone at the end", () => {
    const { progress, text } = watched(true, false);
    progress.step("reading 3 Nodes, which is a text longer than this terminal is wide");
    vi.advanceTimersByTime(500);
    progress.end();
    progress.end();
    expect(text()).not.toContain("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is tested
    const drawn = text().split(/\u001b\[[?0-9]+[a-zA-Z]|\r/);
    expect(Math.max(...drawn.map((part) => part.length))).toBeLessThan(30);
    expect(text().startsWith("\u001b[?25l")).toBe(true);
    expect(text().endsWith("\r\u001b[2K\u001b[?25h")).toBe(true);
  });
  test("a note stands above the line", () => {
    const { progress, text } = watched(true, false);
    progress.step("reading");
    progress.note("node3 did not answer");
    progress.end();
    expect(text()).toContain("\r\u001b[2Knode3 did not answer\n");
  });
  test("the cursor comes back when the process ends in the middle", () => {
    const before = process.listeners("exit");
    const { progress, text } = watched(true, false);
    progress.step("reading");
    const added = process.listeners("exit").filter((listener) => !before.includes(listener));
    expect(added).toHaveLength(1);
    for (const listener of added) listener(130);
    expect(text().endsWith("\u001b[?25h")).toBe(true);
    progress.end();
    expect(process.listeners("exit")).toEqual(before);
  });
  test("ending what never started prints nothing", () => {
    const { progress, text } = watched(true, false);
    progress.end();
    expect(text()).toBe("");
  });
});

test("elsewhere a plain line comes every 10 s, and none after the end", () => {
  const { progress, text } = watched(false, false);
  progress.step("creating Pods");
  vi.advanceTimersByTime(9_000);
  progress.step("reading\n\u001b[2J3 Nodes");
  vi.advanceTimersByTime(2_000);
  expect(text()).toMatch(/^netdoctor: reading \[2J3 Nodes \(\d+ s\)\n$/);
  progress.end();
  vi.advanceTimersByTime(60_000);
  expect(text().match(/\n/g)).toHaveLength(1);
});

test("with --quiet only notes are shown", () => {
  const { progress, text } = watched(true, true);
  progress.step("reading");
  vi.advanceTimersByTime(60_000);
  progress.note("left behind: namespace netdoctor-x7k2");
  progress.end();
  expect(text()).toBe("left behind: namespace netdoctor-x7k2\n");
});
