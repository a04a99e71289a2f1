import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { captureFile } from "../../src/bundle/file-name.ts";
import { DEFAULT_LIMITS } from "../../src/bundle/limits.ts";
import { readBundle } from "../../src/bundle/read.ts";
import { writeBundle, writeBundleDirectory } from "../../src/bundle/write.ts";
import { archiveOf, capturesOf, inScratch, META } from "./support.ts";

const entryOf = (id: string, text: string, change: object = {}): object => ({
  id,
  command: "cat",
  takenAt: META.createdAt,
  file: captureFile(id),
  bytes: Buffer.byteLength(text),
  sha256: createHash("sha256").update(text).digest("hex"),
  ...change,
});
const manifestOf = (captures: readonly object[], change: object = {}): string =>
  JSON.stringify({
    format: "netdoctor-bundle/v1",
    createdAt: META.createdAt,
    tool: { name: "x", version: "1" },
    redactions: [],
    captures,
    ...change,
  });

/** Reads an archive of these entries in a directory of its own; nothing may appear beside it. */
async function readArchiveOf(entries: Parameters<typeof archiveOf>[0], limits = DEFAULT_LIMITS) {
  return inScratch(async (scratch) => {
    mkdirSync(join(scratch, "inner"));
    writeFileSync(join(scratch, "inner", "bundle.tar.gz"), await archiveOf(entries));
    const result = await readBundle(join(scratch, "inner", "bundle.tar.gz"), limits);
    expect(readdirSync(scratch)).toEqual(["inner"]);
    expect(readdirSync(join(scratch, "inner"))).toEqual(["bundle.tar.gz"]);
    return result;
  });
}
const good = [{ name: "manifest.json" }, manifestOf([])] as const;

describe("an archive made to harm is refused with its fault named", () => {
  test.each([
    ["a name that climbs out", [good, [{ name: "../evil" }, "x"]], "leaves the bundle"],
    ["a name that climbs out later", [good, [{ name: "captures/../../evil" }, "x"]], "leaves the bundle"],
    ["an absolute name", [good, [{ name: "/etc/evil" }, "x"]], "is an absolute path"],
    ["a Windows path", [good, [{ name: "C:\\evil" }, "x"]], "is an absolute path"],
    ["a backslash", [good, [{ name: "captures\\..\\evil" }, "x"]], "backslash"],
    [
      "a symbolic link",
      [good, [{ name: "captures/a.txt", type: "symlink", linkname: "/etc/passwd" }, ""]],
      "is a symlink",
    ],
    ["a hard link", [good, [{ name: "captures/a.txt", type: "link", linkname: "/etc/passwd" }, ""]], "is a link"],
    ["a device", [good, [{ name: "captures/a.txt", type: "character-device" }, ""]], "is a character-device"],
    ["a file twice", [good, [{ name: "captures/a.txt" }, "x"], [{ name: "captures/a.txt" }, "y"]], "is there twice"],
    ["a file that nobody lists", [good, [{ name: "captures/a.txt" }, "x"]], "is not in the manifest"],
    ["no manifest", [[{ name: "captures/a.txt" }, "x"]], "has no manifest.json"],
    ["a manifest that is no JSON", [[{ name: "manifest.json" }, "{"]], "is not JSON"],
    [
      "another format",
      [[{ name: "manifest.json" }, manifestOf([], { format: "netdoctor-bundle/v9" })]],
      'format "netdoctor-bundle/v9"',
    ],
    ["captures of another shape", [[{ name: "manifest.json" }, manifestOf([{ id: 7 }])]], "captures.0"],
    [
      "an id twice",
      [[{ name: "manifest.json" }, manifestOf([entryOf("a", "x"), entryOf("a", "x")])]],
      'capture "a" twice',
    ],
    [
      "a file of another capture",
      [[{ name: "manifest.json" }, manifestOf([entryOf("a", "x", { file: "manifest.json" })])]],
      "expected captures/a.txt",
    ],
    ["a file that is missing", [[{ name: "manifest.json" }, manifestOf([entryOf("a", "x")])]], "is missing"],
    [
      "a wrong hash",
      [
        [{ name: "manifest.json" }, manifestOf([entryOf("a", "x")])],
        [{ name: "captures/a.txt" }, "y"],
      ],
      "was changed or cut off",
    ],
    [
      "a wrong size",
      [
        [{ name: "manifest.json" }, manifestOf([entryOf("a", "x", { bytes: 2 })])],
        [{ name: "captures/a.txt" }, "x"],
      ],
      "was changed or cut off",
    ],
  ] as [string, Parameters<typeof archiveOf>[0], string][])("%s", async (_name, entries, fault) => {
    const result = await readArchiveOf(entries);
    expect(result).toMatchObject({ known: false, reason: "unparsable" });
    expect(result.known ? "" : result.detail).toContain(fault);
  });
});

describe("limits", () => {
  const limits = { files: 3, fileBytes: 1000, totalBytes: 2000, manifestBytes: 10_000 };
  const zeros = "0".repeat(1500);
  test.each([
    ["one large file", [good, [{ name: "captures/a.txt" }, zeros]], limits],
    ["many small files", [good, ...["a", "b", "c"].map((name) => [{ name }, ""] as const)], limits],
    [
      "much in all",
      [good, ...["a", "b", "c"].map((name) => [{ name }, "0".repeat(900)] as const)],
      { ...limits, files: 9 },
    ],
    [
      "a header that unpacks to much",
      [good, [{ name: `${"n".repeat(99)}/`.repeat(300) }, ""]],
      { ...limits, totalBytes: 500 },
    ],
  ] as [string, Parameters<typeof archiveOf>[0], typeof limits][])("hold for %s", async (_name, entries, bounds) => {
    expect(await readArchiveOf(entries, bounds)).toMatchObject({ known: false, reason: "too-large" });
  });
});

describe("damaged and strange files", () => {
  test("every cut of an archive is noticed", async () => {
    await inScratch(async (scratch) => {
      const path = join(scratch, "bundle.tar.gz");
      await writeBundle(capturesOf({ "api/pods": "[]", "node/a/link": "x".repeat(5000) }), path, META);
      const whole = readFileSync(path);
      for (let length = 0; length < whole.length; length += 23) {
        writeFileSync(path, whole.subarray(0, length));
        expect(await readBundle(path)).toMatchObject({ known: false, reason: "unparsable" });
      }
    });
  });
  test("bytes that are no gzip, and a path where nothing is", async () => {
    await inScratch(async (scratch) => {
      writeFileSync(join(scratch, "text"), "hello");
      expect(await readBundle(join(scratch, "text"))).toMatchObject({ known: false, reason: "unparsable" });
      writeFileSync(join(scratch, "gzip"), gzipSync("hello"));
      expect(await readBundle(join(scratch, "gzip"))).toMatchObject({ known: false, reason: "unparsable" });
      expect(await readBundle(join(scratch, "nothing"))).toMatchObject({ known: false, reason: "failed" });
    });
  });
  test("a directory is not followed out of itself through links", async () => {
    await inScratch(async (scratch) => {
      const secret = "secret";
      mkdirSync(join(scratch, "outside"));
      writeFileSync(join(scratch, "outside", "a.txt"), secret);
      for (const [name, target] of [
        ["file", join(scratch, "outside", "a.txt")],
        ["folder", join(scratch, "outside")],
      ] as const) {
        const directory = join(scratch, name);
        mkdirSync(directory);
        const id = name === "file" ? "a" : "x/a";
        writeFileSync(join(directory, "manifest.json"), manifestOf([entryOf(id, secret)]));
        mkdirSync(join(directory, "captures"));
        symlinkSync(target, join(directory, "captures", name === "file" ? "a.txt" : "x"));
        const result = await readBundle(directory);
        expect(result).toMatchObject({ known: false, reason: "unparsable" });
        expect(existsSync(join(directory, captureFile(id)))).toBe(true);
      }
    });
  });
  test("a file of a directory that was changed is noticed", async () => {
    await inScratch(async (scratch) => {
      const directory = join(scratch, "bundle");
      await writeBundleDirectory(capturesOf({ "api/pods": "[]" }), directory, META);
      writeFileSync(join(directory, captureFile("api/pods")), "[1]");
      const result = await readBundle(directory);
      expect(result.known ? "" : result.detail).toContain("was changed or cut off");
    });
  });
});
