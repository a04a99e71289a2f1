/** Archives that depend on their entries only: no time, user or order of this machine is in them. */
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { pack } from "tar-stream";
import type { Deflate } from "./deflate.ts";

export interface Entry {
  readonly name: string;
  readonly bytes: Buffer;
  readonly mode: 0o755 | 0o644;
}

/** 1980-01-01 00:00:00 UTC, the first moment that both formats can hold. */
const EPOCH_SECONDS = 315_532_800;

export async function tarGz(entries: readonly Entry[], deflate: Deflate): Promise<Buffer> {
  const archive = pack();
  const read = buffer(archive);
  for (const { name, bytes, mode } of sorted(entries)) {
    archive.entry({ name, mode, mtime: new Date(EPOCH_SECONDS * 1000), uid: 0, gid: 0, type: "file" }, bytes);
  }
  archive.finalize();
  const tar = await read;
  // RFC 1952: no name, no time, and 255 for the system that packed: unknown.
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  return Buffer.concat([header, await deflate(tar), uint32(crc32(tar)), uint32(tar.length)]);
}

/** PKWARE APPNOTE 6.3.3 without what needs newer readers: no ZIP64, no data descriptors; names are ASCII. */
export async function zip(entries: readonly Entry[], deflate: Deflate): Promise<Buffer> {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, mode } of sorted(entries)) {
    const packed = await deflate(bytes);
    const shared = sharedHeader(bytes, packed, name);
    const local = Buffer.concat([uint32(0x04034b50), shared, uint16(0), Buffer.from(name)]);
    bodies.push(local, packed);
    directory.push(
      Buffer.concat([
        uint32(0x02014b50),
        // Made by version 2.0 on Unix, so that the mode counts.
        uint16((3 << 8) | 20),
        shared,
        ...[0, 0, 0, 0].map(uint16),
        uint32(((0o100000 | mode) << 16) >>> 0),
        uint32(offset),
        Buffer.from(name),
      ]),
    );
    offset += local.length + packed.length;
  }
  const index = Buffer.concat(directory);
  const count = uint16(entries.length);
  const end = [uint32(0x06054b50), uint16(0), uint16(0), count, count, uint32(index.length), uint32(offset), uint16(0)];
  return Buffer.concat([...bodies, index, ...end]);
}

/** What a local header and the directory say alike, from "version needed" to the length of the name. */
function sharedHeader(bytes: Buffer, packed: Buffer, name: string): Buffer {
  const [deflated, midnight, firstOfJanuary1980] = [8, 0, (1 << 5) | 1];
  return Buffer.concat([
    ...[20, 0, deflated, midnight, firstOfJanuary1980].map(uint16),
    ...[crc32(bytes), packed.length, bytes.length].map(uint32),
    uint16(name.length),
  ]);
}

const sorted = (entries: readonly Entry[]): readonly Entry[] => [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
