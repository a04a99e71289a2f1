import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import pjson from "../../package.json" with { type: "json" };
import { bundledPackages } from "../../scripts/package/bundled-packages.ts";
import { compile } from "../../scripts/package/compile.ts";
import { notices } from "../../scripts/package/notices.ts";
import { pinnedPackage } from "../../scripts/package/pinned-package.ts";
import { archiveOf, executableOf, hostPlatform, nameOf } from "../../scripts/package/platforms.ts";
import { releaseArchive } from "../../scripts/package/release-files.ts";
import { temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { metafile, packaged, programs } from "./programs.ts";

const host = hostPlatform();
const [fresh, executable] = programs;

test("made again elsewhere, the executable and its archive are the same bytes", { timeout: 300_000 }, async ({
  skip,
}) => {
  const archive = join(packaged, archiveOf(host, pjson.version));
  const reason = executable?.absent ?? (existsSync(archive) ? null : "the archive is not built");
  skip(reason !== null, reason ?? "");
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const elsewhere = join(directory.path, "another", "place");
  mkdirSync(elsewhere, { recursive: true });
  const again = join(elsewhere, executableOf(host));
  await compile(fresh?.argv[1] ?? "", host, again);
  const first = join(packaged, nameOf(host), executableOf(host));
  expect(readFileSync(again).equals(readFileSync(first))).toBe(true);
  const text = notices(bundledPackages(metafile), await pinnedPackage(host.runtime));
  expect((await releaseArchive(host, again, text)).equals(readFileSync(archive))).toBe(true);
});
