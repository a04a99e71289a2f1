import { execFile } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseFrames } from "../../src/collect/node/frames.ts";
import { witnessProgram } from "../../src/collect/scripts.ts";
import { temporaryDirectory } from "../support/api-double/kubeconfig.ts";

const NONCE = "0123456789abcdef01234567";
const run = promisify(execFile);

/** Tools that print the words they were called with, one in brackets each. */
function tools(...names: readonly string[]): ReturnType<typeof temporaryDirectory> {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  for (const name of names) chmodSync(directory.write(name, `#!/bin/sh\nprintf '[%s]' "${name}" "$@"; echo\n`), 0o755);
  return directory;
}

async function witness(directory: { readonly path: string }, ...words: readonly string[]) {
  const { stdout } = await run("sh", ["-c", witnessProgram, "netdoctor", NONCE, "1", ...words], {
    cwd: directory.path,
    env: { PATH: `${directory.path}:${process.env.PATH ?? ""}` },
  });
  return parseFrames(stdout, NONCE);
}

describe("the program that follows a packet", () => {
  test("sends each kind of packet with its mark", async () => {
    const directory = tools("socat", "ping", "timeout");
    const sent = async (...words: readonly string[]) =>
      (await witness(directory, "send", "abc", "-", "-", ...words)).sections.get("sent");
    expect(await sent("tcp", "10.0.0.1", "80", "20001", "777", "0")).toEqual({
      known: true,
      value: expect.stringContaining("[TCP:10.0.0.1:80,connect-timeout=1,sourceport=20001,reuseaddr,mss=777]"),
    });
    expect(await sent("tcp", "fd00::1", "80", "20001", "777", "0")).toMatchObject({
      value: expect.stringContaining("[TCP:[fd00::1]:80,"),
    });
    expect(await sent("icmp", "10.0.0.1", "0", "0", "6e64613162326333", "1400")).toMatchObject({
      value: expect.stringContaining("[-p][6e64613162326333][-s][1372][10.0.0.1]"),
    });
  });

  test("does not enter a namespace that is another process's by now", async () => {
    const answer = await witness(tools("socat"), "send", "abc", "1", "1", "tcp", "10.0.0.1", "80", "20001", "777", "0");
    expect(answer.sections.get("sent")).toMatchObject({
      known: false,
      detail: expect.stringContaining("no longer has network namespace"),
    });
  });

  test("refuses a run whose name could be anything but a name", async () => {
    for (const name of ["", "a b", "$(touch x)", "../x", "A", "a;b"]) {
      await expect(witness(tools(), "stop", name)).rejects.toMatchObject({ code: 64 });
    }
  });

  test("says that it stopped where nothing watches, and leaves no file", async () => {
    const answer = await witness(tools(), "stop", "nobody");
    expect(answer).toMatchObject({ complete: true });
    expect(answer.sections.get("stopped")).toEqual({ known: true, value: "" });
    expect(existsSync("/tmp/netdoctor-witness-nobody")).toBe(false);
  });

  test("has no reference that the kubelet would expand in a Pod's environment", () => {
    expect(witnessProgram).not.toContain("$$");
  });
});
