import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { checkSignature, removeSignature } from "../../scripts/package/mach-o.ts";

const PAGE_BYTES = 4096;
const HEADER_BYTES = 32 + 72 + 16;

/** A Mach-O file with one segment that ends in an ad-hoc signature: SHA-256 of each page, as `codesign --sign -` writes it. */
function signedFile(code: Buffer): Buffer {
  const limit = HEADER_BYTES + code.length;
  const pages = Math.ceil(limit / PAGE_BYTES);
  const file = Buffer.alloc(limit + 20 + 44 + pages * 32);
  file.writeUInt32LE(0xfeedfacf, 0);
  file.writeUInt32LE(2, 16);
  file.writeUInt32LE(72 + 16, 20);
  file.writeUInt32LE(0x19, 32);
  file.writeUInt32LE(72, 36);
  file.write("__LINKEDIT", 40, "latin1");
  file.writeBigUInt64LE(BigInt(file.length), 32 + 48);
  file.writeUInt32LE(0x1d, 104);
  file.writeUInt32LE(16, 108);
  file.writeUInt32LE(limit, 112);
  file.writeUInt32LE(file.length - limit, 116);
  code.copy(file, HEADER_BYTES);
  words(file, limit, [0xfade0cc0, file.length - limit, 1, 0, 20]);
  const directory = limit + 20;
  words(file, directory, [0xfade0c02, 44 + pages * 32, 0x20400, 2, 44, 0, 0, pages, limit]);
  file.set([32, 2, 0, 12], directory + 36);
  for (let page = 0; page < pages; page++) {
    const bytes = file.subarray(page * PAGE_BYTES, Math.min((page + 1) * PAGE_BYTES, limit));
    createHash("sha256")
      .update(bytes)
      .digest()
      .copy(file, directory + 44 + page * 32);
  }
  return file;
}

function words(file: Buffer, start: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) file.writeUInt32BE(value, start + index * 4);
}

const code = Buffer.alloc(3 * PAGE_BYTES, "netdoctor");

test("a file as it was signed has no bad page", () => {
  expect(checkSignature(signedFile(code))).toEqual({ pages: 4, badPages: 0, uncoveredBytes: 0 });
});

test("each page that changed since is counted", () => {
  const file = signedFile(code);
  file[PAGE_BYTES + 7] = 1;
  file[2 * PAGE_BYTES + 7] = 1;
  expect(checkSignature(file)).toMatchObject({ badPages: 2 });
});

test("bytes after the signature are told", () => {
  expect(checkSignature(Buffer.concat([signedFile(code), Buffer.alloc(10)]))).toMatchObject({ uncoveredBytes: 10 });
});

test("without its signature a file ends where that began, and the header knows of none", () => {
  const signed = signedFile(code);
  const bare = removeSignature(signed);
  expect(bare.length).toBe(HEADER_BYTES + code.length);
  expect([bare.readUInt32LE(16), bare.readUInt32LE(20)]).toEqual([1, 72]);
  expect(bare.subarray(104, 120).every((byte) => byte === 0)).toBe(true);
  expect(Number(bare.readBigUInt64LE(32 + 48))).toBe(bare.length);
  expect(bare.subarray(HEADER_BYTES).equals(code)).toBe(true);
  expect(checkSignature(bare)).toBe(null);
  expect(removeSignature(bare).equals(bare)).toBe(true);
  expect(signed.equals(signedFile(code))).toBe(true);
});

test("what is no Mach-O file, or has its signature elsewhere, is refused", () => {
  expect(() => checkSignature(Buffer.from("\x7fELF".padEnd(200)))).toThrow("no 64-bit Mach-O file");
  expect(() => removeSignature(Buffer.concat([signedFile(code), Buffer.alloc(10)]))).toThrow("not at the end");
});
