/**
 * What of a Mach-O file its code signature is about, for 64-bit little-endian executables. Layouts: Apple's
 * <mach-o/loader.h> and <kern/cs_blobs.h>. A signature is a load command that points at the end of __LINKEDIT.
 */
import { createHash } from "node:crypto";

const MAGIC_64 = 0xfeedfacf;
const HEADER_BYTES = 32;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;
const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const SHA256 = 2;

interface LoadCommand {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}
export interface SignatureCheck {
  readonly pages: number;
  /** Pages whose SHA-256 is not the one that was signed; macOS ends a program that reads one. */
  readonly badPages: number;
  /** Bytes of the file that no page covers and that are not the signature itself. */
  readonly uncoveredBytes: number;
}

/** Compares each page with its signed hash; null = the file has no signature. Throws where the file is not what it should be. */
export function checkSignature(file: Buffer): SignatureCheck | null {
  const command = signatureCommand(file);
  if (command === null) return null;
  const start = file.readUInt32LE(command.offset + 8);
  const directory = codeDirectory(file, start);
  const hashes = directory + file.readUInt32BE(directory + 16);
  const pages = file.readUInt32BE(directory + 28);
  const limit = file.readUInt32BE(directory + 32);
  const hashBytes = file.readUInt8(directory + 36);
  if (file.readUInt8(directory + 37) !== SHA256) throw new Error("the code directory is not hashed with SHA-256");
  const pageBytes = 2 ** file.readUInt8(directory + 39);
  let badPages = 0;
  for (let page = 0; page < pages; page++) {
    const bytes = file.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, limit));
    const signed = file.subarray(hashes + page * hashBytes, hashes + (page + 1) * hashBytes);
    if (!createHash("sha256").update(bytes).digest().equals(signed)) badPages++;
  }
  const end = start + file.readUInt32LE(command.offset + 12);
  return { pages, badPages, uncoveredBytes: start - limit + (file.length - end) };
}

/** The file without its signature, as `codesign --remove-signature` leaves it; the same file where it has none. */
export function removeSignature(file: Buffer): Buffer {
  const command = signatureCommand(file);
  if (command === null) return file;
  const start = file.readUInt32LE(command.offset + 8);
  if (start + file.readUInt32LE(command.offset + 12) !== file.length)
    throw new Error("the signature is not at the end of the file");
  const linkEdit = loadCommands(file).find(
    ({ type, offset }) => type === LC_SEGMENT_64 && segmentName(file, offset) === "__LINKEDIT",
  );
  if (linkEdit === undefined) throw new Error("the file has no __LINKEDIT segment");
  const bare = Buffer.from(file.subarray(0, start));
  const fileOffset = Number(bare.readBigUInt64LE(linkEdit.offset + 40));
  bare.writeBigUInt64LE(BigInt(start - fileOffset), linkEdit.offset + 48);
  const commandsEnd = HEADER_BYTES + bare.readUInt32LE(20);
  bare.copyWithin(command.offset, command.offset + command.size, commandsEnd);
  bare.fill(0, commandsEnd - command.size, commandsEnd);
  bare.writeUInt32LE(bare.readUInt32LE(16) - 1, 16);
  bare.writeUInt32LE(bare.readUInt32LE(20) - command.size, 20);
  return bare;
}

function loadCommands(file: Buffer): readonly LoadCommand[] {
  if (file.length < HEADER_BYTES || file.readUInt32LE(0) !== MAGIC_64) throw new Error("no 64-bit Mach-O file");
  const commands: LoadCommand[] = [];
  let offset = HEADER_BYTES;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    const size = file.readUInt32LE(offset + 4);
    if (size < 8) throw new Error("a load command has no size");
    commands.push({ type: file.readUInt32LE(offset), offset, size });
    offset += size;
  }
  return commands;
}

const signatureCommand = (file: Buffer): LoadCommand | null =>
  loadCommands(file).find(({ type }) => type === LC_CODE_SIGNATURE) ?? null;

const segmentName = (file: Buffer, command: number): string =>
  file.toString("latin1", command + 8, command + 24).replace(/\0.*$/s, "");

function codeDirectory(file: Buffer, start: number): number {
  if (file.readUInt32BE(start) !== SUPER_BLOB) throw new Error("the signature is no super blob");
  for (let left = file.readUInt32BE(start + 8), entry = start + 12; left > 0; left--, entry += 8) {
    const blob = start + file.readUInt32BE(entry + 4);
    if (file.readUInt32BE(blob) === CODE_DIRECTORY) return blob;
  }
  throw new Error("the signature has no code directory");
}
