import { writeBundle, writeBundleDirectory } from "../bundle/write.ts";
import type { Captures } from "../model/capture.ts";
import { conclude } from "./conclude.ts";

/** Writes captures to a .tar.gz, or to a directory where the name does not end so; tells how many there are and what is incomplete in them. */
export async function saveBundle(
  captures: Captures,
  file: string,
  version: string,
): Promise<{ readonly count: number; readonly incomplete: number }> {
  const times = [...captures.values()].map(({ takenAt }) => takenAt).sort();
  const meta = { createdAt: times[0] ?? "", version };
  await (/\.(tar\.gz|tgz)$/.test(file)
    ? writeBundle(captures, file, meta)
    : writeBundleDirectory(captures, file, meta));
  return { count: captures.size, incomplete: conclude(captures).incomplete.length };
}
