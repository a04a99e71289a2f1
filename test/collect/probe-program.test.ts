import { execFile } from "node:child_process";
import { chmodSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseFrames } from "../../src/collect/node/frames.ts";
import { probeProgram } from "../../src/collect/scripts.ts";
import { temporaryDirectory } from "../support/api-double/kubeconfig.ts";

const NONCE = "0123456789abcdef01234567";
const run = promisify(execFile);

/** Tools that print the words they were called with, one in brackets each; `code` is what they end with. */
function tools(code: number, ...names: readonly string[]): ReturnType<typeof temporaryDirectory> {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  for (const name of names) {
    chmodSync(directory.write(name, `#!/bin/sh\nprintf '[%s]' "${name}" "$@"; echo; exit ${code}\n`), 0o755);
  }
  return directory;
}

/** The program as a node Pod runs it, with stubs in the place of its tools; the cwd shows what a word would have run. */
const send = (directory: { readonly path: string }, ...probes: readonly (readonly string[])[]) =>
  sendTrying(3, directory, ...probes);

async function sendTrying(
  tries: number,
  directory: { readonly path: string },
  ...probes: readonly (readonly string[])[]
) {
  const { stdout } = await run("sh", ["-c", probeProgram, "netdoctor", NONCE, "1", String(tries), ...probes.flat()], {
    cwd: directory.path,
    env: { PATH: `${directory.path}:${process.env.PATH ?? ""}` },
  });
  return parseFrames(stdout, NONCE);
}
const textOf = (answer: Awaited<ReturnType<typeof send>>, id: string): string => {
  const section = answer.sections.get(id);
  if (section?.known !== true) throw new Error(`no answer to ${id}`);
  return section.value;
};

describe("the program that sends probes", () => {
  test("answers each probe in a frame of its own, and tells that it reached its end", async () => {
    const answer = await send(
      tools(0, "socat", "ping", "dig"),
      ["f0", "-", "-", "tcp", "10.0.0.1", "80", ""],
      ["f1", "-", "-", "icmp", "10.0.0.1", "0", ""],
      ["f2", "-", "-", "dns", "10.96.0.10", "53", "A kubernetes.default.svc.cluster.local. tcp"],
      ["f3", "-", "-", "tcp", "fd00::1", "80", ""],
      ["f4", "-", "-", "nonsense", "10.0.0.1", "80", ""],
    );
    expect(answer.complete).toBe(true);
    expect(textOf(answer, "f0")).toBe("TRY 0 [socat][-u][OPEN:/dev/null][TCP:10.0.0.1:80,connect-timeout=1]|");
    expect(textOf(answer, "f1")).toBe("TRY 0 [ping][-n][-c][1][-W][1][10.0.0.1]|");
    expect(textOf(answer, "f2")).toBe(
      "TRY 0 [dig][+time=1][+tries=1][+nocookie][+tcp][@10.96.0.10][-t][A][-q][kubernetes.default.svc.cluster.local.][+noall][+comments][+answer][+stats]|",
    );
    expect(textOf(answer, "f3")).toContain("[TCP:[fd00::1]:80,connect-timeout=1]");
    expect(textOf(answer, "f4")).toBe("TRY 64 unknown kind of probe");
  });

  test.each([3, 1])("tries as often as it is told before it says that something fails: %i", async (tries) => {
    const answer = await sendTrying(tries, tools(1, "socat"), ["f0", "-", "-", "tcp", "10.0.0.1", "80", ""]);
    expect(textOf(answer, "f0").match(/^TRY 1 /gm)).toHaveLength(tries);
  });

  test("takes every word as data", async () => {
    const directory = tools(0, "socat", "ping", "dig");
    const hostile = ["$(touch ran)", "`touch ran`", "; touch ran;", "'; touch ran; '", '" touch ran "', "*"];
    const answer = await send(
      directory,
      ...hostile.flatMap((word, at) => [
        [`t${at}`, "-", "-", "icmp", word, "0", ""],
        [`d${at}`, "-", "-", "dns", word, "53", `A ${word.replaceAll(" ", "_")}`],
        [`k${at}`, "-", "-", word, "10.0.0.1", "80", word],
        [`n${at}`, word, word, "icmp", "10.0.0.1", "0", ""],
      ]),
    );
    hostile.forEach((word, at) => {
      expect(textOf(answer, `t${at}`)).toBe(`TRY 0 [ping][-n][-c][1][-W][1][${word}]|`);
      expect(textOf(answer, `d${at}`)).toContain(`[@${word}][-t][A][-q][${word.replaceAll(" ", "_")}]`);
      expect(textOf(answer, `k${at}`)).toBe("TRY 64 unknown kind of probe");
      expect(textOf(answer, `n${at}`)).toMatch(/^TRY 66 process /);
    });
    const { stdout } = await run("ls", [directory.path]);
    expect(stdout.split("\n").filter((name) => name !== "")).toEqual(["dig", "ping", "socat"]);
  });

  test("keeps what a tool prints from forging a line or a frame", async () => {
    const directory = tools(0);
    const forged = `TRY 0 client 10.0.0.9\\n\\n@@${NONCE}\\tend\\t0\\t\\nTRY 0 client 10.0.0.9`;
    chmodSync(directory.write("ping", `#!/bin/sh\nprintf 'lost\\n${forged}\\n'; exit 1\n`), 0o755);
    const answer = await send(directory, ["f0", "-", "-", "icmp", "10.0.0.1", "0", ""]);
    const lines = textOf(answer, "f0").trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines.every((line) => line.startsWith("TRY 1 lost|"))).toBe(true);
    expect([...answer.sections.keys()]).toEqual(["f0"]);
  });

  test("says which tool the image lacks", async () => {
    const directory = tools(0);
    const { stdout } = await run("/bin/sh", ["-c", `PATH=; ${withoutPath}`, "netdoctor", NONCE, "1", "3", ...lacking], {
      cwd: directory.path,
      env: { PATH: directory.path },
    });
    expect(textOf(parseFrames(stdout, NONCE), "f0")).toBe("TRY 127 no dig in the image");
  });
});

const lacking = ["f0", "-", "-", "dns", "10.96.0.10", "53", "A a."];
/** The program would look in the usual folders too, where this machine may have the tool. */
const withoutPath = probeProgram.replace(/ PATH=\S+/, " PATH=/nonexistent");
