import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { captureFile, nameFault } from "../../src/bundle/file-name.ts";
import { readBundle } from "../../src/bundle/read.ts";
import { writeBundle, writeBundleDirectory } from "../../src/bundle/write.ts";
import { unknown } from "../../src/model/learned.ts";
import { capturesOf, inScratch, META } from "./support.ts";

const CAPTURES = capturesOf({
  "api/services": '[{"metadata":{"name":"cart"}}]',
  "node/node1/cni-conf": "/etc/cni/net.d\n120 10-flannel.conflist\n",
  "node/node1/cni-conf/10-flannel.conflist": "{}",
  "node/node1/cni-conf/../../../etc/passwd": "not there",
  "node/node1/cni-conf/.hidden ünï\u0000code": "x\r\n\u0000\ufeff",
  "node/node1/iptables-nft": "",
  "node/node3/link": unknown("timed-out", "no answer in 10 s"),
  "probe/a→b/tcp 8080": "ok",
});

describe("a bundle", () => {
  test("gives back the captures that went in, as an archive and as a directory", async () => {
    await inScratch(async (scratch) => {
      const archive = join(scratch, "bundle.tar.gz");
      const directory = join(scratch, "bundle");
      const manifest = await writeBundle(CAPTURES, archive, META);
      await writeBundleDirectory(CAPTURES, directory, META);
      for (const path of [archive, directory]) {
        const bundle = await readBundle(path);
        expect(bundle).toMatchObject({ known: true, value: { manifest } });
        if (bundle.known) expect(new Map([...bundle.value.captures].sort())).toEqual(new Map([...CAPTURES].sort()));
      }
    });
  });

  test("has the same bytes for the same captures in any order", async () => {
    await inScratch(async (scratch) => {
      await writeBundle(CAPTURES, join(scratch, "one"), META);
      await writeBundle(new Map([...CAPTURES].reverse()), join(scratch, "two"), META);
      expect(readFileSync(join(scratch, "one")).equals(readFileSync(join(scratch, "two")))).toBe(true);
    });
  });

  test("is readable by its owner only and leaves nothing half-written", async () => {
    await inScratch(async (scratch) => {
      await writeBundle(CAPTURES, join(scratch, "bundle.tar.gz"), META);
      expect(statSync(join(scratch, "bundle.tar.gz")).mode & 0o777).toBe(0o600);
      await expect(writeBundle(CAPTURES, join(scratch, "no", "such", "folder"), META)).rejects.toThrow("ENOENT");
      writeFileSync(join(scratch, "file"), "");
      chmodSync(join(scratch, "file"), 0o400);
      await expect(writeBundle(CAPTURES, join(scratch, "file", "below"), META)).rejects.toThrow("ENOTDIR");
      expect(readdirSync(scratch).sort()).toEqual(["bundle.tar.gz", "file"]);
    });
  });

  test("says which kinds of secrets were taken out, and how many", async () => {
    await inScratch(async (scratch) => {
      const captures = capturesOf({
        "node/a/kubelet-args": "--token=abcdef.0123456789abcdef\n--x=https://ann:hunter2222@proxy.example",
      });
      const manifest = await writeBundle(captures, join(scratch, "bundle"), META);
      expect(manifest.redactions).toEqual([
        { kind: "bootstrap-token", count: 1 },
        { kind: "url-password", count: 1 },
      ]);
      const bundle = await readBundle(join(scratch, "bundle"));
      expect(JSON.stringify(bundle.known ? [...bundle.value.captures.values()] : bundle)).not.toMatch(
        /hunter2222|0123456789abcdef/,
      );
    });
  });
});

describe("file names of captures", () => {
  const id = fc
    .array(
      fc.oneof(
        fc.constantFrom("a", "..", ".", "", "x.txt", "x", "A", "%2E", "~"),
        fc.string({ unit: "binary", maxLength: 300 }),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => parts.join("/"));
  test("stay in the bundle, fit a file system, and differ where the ids differ", () => {
    fc.assert(
      fc.property(id, id, (one, other) => {
        const name = captureFile(one);
        expect(nameFault(name)).toBeNull();
        expect(name).toMatch(/^captures\/([A-Za-z0-9_%~-][A-Za-z0-9_.%~-]*\/)*[A-Za-z0-9_%~-][A-Za-z0-9_.%~-]*$/);
        expect(Math.max(...name.split("/").map((part) => part.length))).toBeLessThan(200);
        expect(captureFile(other) === name).toBe(Buffer.from(one).equals(Buffer.from(other)));
      }),
      { numRuns: 2000 },
    );
  });
  test("never make a file where a folder must be", () => {
    const ids = ["a/b", "a/b.txt/c", "a/b/c", "a/b.txt"];
    const names = ids.map(captureFile);
    for (const name of names) expect(names.some((other) => other.startsWith(`${name}/`))).toBe(false);
  });
});
