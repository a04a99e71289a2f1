import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract, type Header } from "tar-stream";
import { nameFault } from "./file-name.ts";
import { BundleFault, type BundleLimits } from "./limits.ts";

type Entry = AsyncIterable<unknown> & { readonly header: Header };

/** Blocks, headers and padding that the archive itself needs for each file. */
const ENTRY_OVERHEAD_BYTES = 4096;

/** The files of a .tar.gz, by name, in memory. Throws BundleFault for names, kinds, counts and sizes that no bundle has. */
export async function readArchive(path: string, limits: BundleLimits): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const entries = extract();
  const most = limits.totalBytes + ENTRY_OVERHEAD_BYTES * limits.files;
  const filled = pipeline(createReadStream(path), createGunzip(), (chunks) => upTo(most, chunks), entries);
  // The loop below meets the same error; this keeps it from counting as unhandled before the loop ends.
  filled.catch(() => {});
  let totalBytes = 0;
  let seen = 0;
  for await (const entry of entries) {
    seen += 1;
    if (seen > limits.files) throw new BundleFault("too-large", `more than ${limits.files} entries`);
    const name = checkedName(entry, files);
    const bytes = await readEntry(entry, Math.min(limits.fileBytes, limits.totalBytes - totalBytes));
    totalBytes += bytes.length;
    if (entry.header.type !== "directory") files.set(name, bytes);
  }
  await filled;
  return files;
}

/** Headers are kept by the tar reader whatever their size, so the stream is bounded before it. */
async function* upTo(mostBytes: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new BundleFault("too-large", `unpacks to more than ${mostBytes} bytes`);
    yield chunk;
  }
}

function checkedName({ header }: Entry, files: ReadonlyMap<string, Buffer>): string {
  const shown = JSON.stringify(header.name);
  const fault = nameFault(header.name);
  if (fault !== null) throw new BundleFault("unparsable", `entry ${shown} ${fault}`);
  if (header.type !== "file" && header.type !== "directory") {
    throw new BundleFault("unparsable", `entry ${shown} is a ${header.type}, a bundle holds files only`);
  }
  if (files.has(header.name)) throw new BundleFault("unparsable", `entry ${shown} is there twice`);
  return header.name;
}

/** Counts what comes, whatever the header claims. */
async function readEntry(entry: Entry, limitBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of entry) {
    if (!(chunk instanceof Uint8Array)) throw new BundleFault("unparsable", "an entry is no stream of bytes");
    bytes += chunk.length;
    if (bytes > limitBytes)
      throw new BundleFault(
        "too-large",
        `entry ${JSON.stringify(entry.header.name)} has more than ${limitBytes} bytes left for it`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
