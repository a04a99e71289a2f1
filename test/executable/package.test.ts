/** What `npm run package` has written, where it has. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { describe, expect, test } from "vitest";
import pjson from "../../package.json" with { type: "json" };
import { krewFaults } from "../../scripts/package/krew-manifest.ts";
import { checkSignature } from "../../scripts/package/mach-o.ts";
import { archiveOf, executableOf, hostPlatform, nameOf, platforms } from "../../scripts/package/platforms.ts";
import { sha256 } from "../../scripts/package/release-files.ts";
import { absence, notBuilt, packaged } from "./programs.ts";

const MEGABYTE = 1_000_000;
const isHost = (name: string): boolean => name === nameOf(hostPlatform());
/** Only the host's archive is built for `npm run test:executable`; the others come with a whole release. */
const missing = (name: string, path: string): string | null =>
  existsSync(path) ? null : isHost(name) ? absence(notBuilt(name)) : notBuilt(name);

describe.each(platforms.map((platform) => ({ name: nameOf(platform), platform })))("$name", ({ name, platform }) => {
  const archive = join(packaged, archiveOf(platform, pjson.version));
  const executable = join(packaged, name, executableOf(platform));
  const [noArchive, noExecutable] = [missing(name, archive), missing(name, executable)];

  test("the archive is at most 60 MB", ({ skip }) => {
    skip(noArchive !== null, noArchive ?? "");
    expect(statSync(archive).size / MEGABYTE).toBeLessThanOrEqual(60);
  });

  test("the executable is one for this system and processor", ({ skip }) => {
    skip(noExecutable !== null, noExecutable ?? "");
    expect(kindOf(readFileSync(executable))).toBe(name);
  });

  test("the executable holds no path of the machine that built it", ({ skip }) => {
    skip(noExecutable !== null, noExecutable ?? "");
    const bytes = readFileSync(executable);
    for (const text of [join(import.meta.dirname, "../.."), "netdoctor-bun-"]) expect(bytes.includes(text)).toBe(false);
  });

  test("the signature is what macOS asks for", ({ skip }) => {
    skip(platform.os !== "darwin", "signatures are for macOS");
    skip(noExecutable !== null, noExecutable ?? "");
    const check = checkSignature(readFileSync(executable));
    if (platform.arch === "amd64") expect(check).toBe(null);
    else expect(check).toMatchObject({ badPages: 0, uncoveredBytes: 0 });
  });
});

test("the host's archive holds the executable, the licence and the notices of the runtime", async ({ skip }) => {
  const platform = hostPlatform();
  const archive = join(packaged, archiveOf(platform, pjson.version));
  const reason = missing(nameOf(platform), archive);
  skip(reason !== null || platform.os === "windows", reason ?? "a .zip");
  const files = extract();
  Readable.from([readFileSync(archive)])
    .pipe(createGunzip())
    .pipe(files);
  const seen = new Map<string, number>();
  for await (const file of files) {
    seen.set(file.header.name, file.header.size ?? 0);
    file.resume();
  }
  expect([...seen.keys()]).toEqual(["LICENSE", "THIRD_PARTY_NOTICES", executableOf(platform)]);
  expect(seen.get("LICENSE")).toBe(statSync(join(packaged, "../../LICENSE")).size);
  expect(seen.get("THIRD_PARTY_NOTICES")).toBeGreaterThan(50_000);
});

describe("a whole release", () => {
  const sums = join(packaged, "SHA256SUMS");
  const reason = existsSync(sums) ? null : notBuilt("a whole release");

  test("has a sum for every file that is uploaded, and each is right", ({ skip }) => {
    skip(reason !== null, reason ?? "");
    const lines = readFileSync(sums, "utf8").trimEnd().split("\n");
    const named = lines.map((line) => line.split("  ")[1] ?? "");
    expect(named).toEqual(expect.arrayContaining(platforms.map((platform) => archiveOf(platform, pjson.version))));
    expect(named).toEqual(
      readdirSync(packaged)
        .filter((name) => name.startsWith("kubectl-netdoctor"))
        .sort(),
    );
    for (const line of lines) {
      const [sum, name = ""] = line.split("  ");
      expect([name, sha256(readFileSync(join(packaged, name)))]).toEqual([name, sum]);
    }
  });

  test("has a Krew manifest with the same sums, that the index takes", ({ skip }) => {
    skip(reason !== null, reason ?? "");
    const manifest = readFileSync(join(packaged, "netdoctor.yaml"), "utf8");
    expect(krewFaults("netdoctor.yaml", manifest)).toEqual([]);
    for (const platform of platforms) {
      expect(manifest).toContain(sha256(readFileSync(join(packaged, archiveOf(platform, pjson.version)))));
    }
  });
});

/** From the file's own header: ELF e_machine, Mach-O cputype, PE Machine. */
function kindOf(file: Buffer): string {
  if (file.readUInt32BE(0) === 0x7f454c46) return `linux-${arch(file.readUInt16LE(18), 62, 183)}`;
  if (file.readUInt32LE(0) === 0xfeedfacf) return `darwin-${arch(file.readUInt32LE(4), 0x1000007, 0x100000c)}`;
  const header = file.readUInt32LE(0x3c);
  return file.toString("latin1", 0, 2) === "MZ" && file.toString("latin1", header, header + 4) === "PE\0\0"
    ? `windows-${arch(file.readUInt16LE(header + 4), 0x8664, 0xaa64)}`
    : "unknown";
}
const arch = (machine: number, amd64: number, arm64: number): string =>
  machine === amd64 ? "amd64" : machine === arm64 ? "arm64" : `machine ${machine}`;
