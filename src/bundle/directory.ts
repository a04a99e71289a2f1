import { lstat, readFile, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { nameFault } from "./file-name.ts";
import { BundleFault } from "./limits.ts";

/** One file of an unpacked bundle; null where there is none. A link, or a path that leads out through one, is refused. */
export async function readDirectoryFile(directory: string, name: string, limitBytes: number): Promise<Buffer | null> {
  const fault = nameFault(name);
  if (fault !== null) throw new BundleFault("unparsable", `file ${JSON.stringify(name)} ${fault}`);
  const path = join(directory, name);
  const status = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (status === null) return null;
  if (!status.isFile()) throw new BundleFault("unparsable", `${JSON.stringify(name)} is not a regular file`);
  if (status.size > limitBytes)
    throw new BundleFault("too-large", `${JSON.stringify(name)} has more than ${limitBytes} bytes`);
  const real = relative(await realpath(directory), await realpath(path));
  if (real !== name.split("/").join(sep))
    throw new BundleFault("unparsable", `${JSON.stringify(name)} lies behind a link`);
  return readFile(path);
}
