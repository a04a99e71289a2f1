import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Entry, tarGz, zip } from "./archive.ts";
import { deflate } from "./deflate.ts";
import { executableOf, type Platform } from "./platforms.ts";

const root = join(import.meta.dirname, "../..");

/** What is in every archive beside the executable. */
export const licenseFiles = ["LICENSE", "THIRD_PARTY_NOTICES"] as const;

/** The archive that Krew downloads for a platform: the executable, the licence and the notices, at its top. */
export async function releaseArchive(platform: Platform, executable: string, notices: string): Promise<Buffer> {
  const entries: readonly Entry[] = [
    { name: executableOf(platform), bytes: readFileSync(executable), mode: 0o755 },
    { name: "LICENSE", bytes: readFileSync(join(root, "LICENSE")), mode: 0o644 },
    { name: "THIRD_PARTY_NOTICES", bytes: Buffer.from(notices), mode: 0o644 },
  ];
  return platform.os === "windows" ? zip(entries, deflate) : tarGz(entries, deflate);
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** As `sha256sum --check` reads it; names in order. */
export function checksums(sums: ReadonlyMap<string, string>): string {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sum]) => `${sum}  ${name}\n`)
    .join("");
}
