import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGunzip, deflateRawSync, inflateRawSync } from "node:zlib";
import { extract } from "tar-stream";
import { expect, onTestFinished, test } from "vitest";
import { type Entry, tarGz, zip } from "../../scripts/package/archive.ts";
import { temporaryDirectory } from "../support/api-double/kubeconfig.ts";

const entries: readonly Entry[] = [
  { name: "program", bytes: Buffer.from("#!/bin/sh\n".repeat(100)), mode: 0o755 },
  { name: "LICENSE", bytes: Buffer.from("do what you like\n"), mode: 0o644 },
];
const deflate = async (bytes: Buffer): Promise<Buffer> => deflateRawSync(bytes);
const backwards = [...entries].reverse();

test("a .tar.gz depends on its entries only, and not on their order", async () => {
  expect((await tarGz(entries, deflate)).equals(await tarGz(backwards, deflate))).toBe(true);
});

test("a .tar.gz gives back names, bytes and modes, of nobody and of no time", async () => {
  const seen: unknown[] = [];
  const files = extract();
  Readable.from([await tarGz(entries, deflate)])
    .pipe(createGunzip())
    .pipe(files);
  for await (const file of files) {
    const { name, mode, uid, gid, mtime, uname } = file.header;
    seen.push({ name, mode, uid, gid, uname, year: mtime?.getUTCFullYear(), text: (await buffer(file)).toString() });
  }
  const nobody = { uid: 0, gid: 0, uname: "", year: 1980 };
  expect(seen).toEqual(backwards.map(({ name, mode, bytes }) => ({ name, mode, ...nobody, text: bytes.toString() })));
});

test("a .zip depends on its entries only, and not on their order", async () => {
  expect((await zip(entries, deflate)).equals(await zip(backwards, deflate))).toBe(true);
});

test("a .zip's directory leads to every file", async () => {
  const bytes = await zip(entries, deflate);
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
  let at = bytes.readUInt32LE(end + 16);
  const seen = Array.from({ length: bytes.readUInt16LE(end + 10) }, () => {
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("latin1", at + 46, at + 46 + nameLength);
    const mode = (bytes.readUInt32LE(at + 38) >>> 16) & 0o777;
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const text = inflateRawSync(bytes.subarray(start, start + bytes.readUInt32LE(at + 20))).toString();
    at += 46 + nameLength;
    return { name, mode, text };
  });
  expect(seen).toEqual(backwards.map(({ name, mode, bytes: file }) => ({ name, mode, text: file.toString() })));
  expect(at).toBe(end);
});

test("another program finds a .zip whole", async ({ skip }) => {
  const unzip = ["/usr/bin/unzip", "/bin/unzip"].find(existsSync);
  skip(unzip === undefined, "unzip is not installed");
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const file = join(directory.path, "a.zip");
  writeFileSync(file, await zip(entries, deflate));
  expect(execFileSync(unzip ?? "", ["-t", file], { encoding: "utf8" })).toContain("No errors detected");
  execFileSync(unzip ?? "", ["-q", file, "-d", directory.path]);
  expect(readFileSync(join(directory.path, "LICENSE"), "utf8")).toBe("do what you like\n");
  expect(statSync(join(directory.path, "program")).mode & 0o111).toBe(0o111);
});
