import type { UnknownReason } from "../model/learned.ts";

/** What a bundle may hold at most, so that one made to harm ends with a message and not with the machine. */
export interface BundleLimits {
  readonly files: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly manifestBytes: number;
}

const MIB = 1024 * 1024;
/** A capture is one string, and V8 holds none of 512 MiB. */
export const DEFAULT_LIMITS: BundleLimits = {
  files: 1_000_000,
  fileBytes: 400 * MIB,
  totalBytes: 2048 * MIB,
  manifestBytes: 400 * MIB,
};

/** What is wrong with a bundle; caught where it is read. */
export class BundleFault extends Error {
  readonly reason: UnknownReason;
  constructor(reason: UnknownReason, message: string) {
    super(message);
    this.name = "BundleFault";
    this.reason = reason;
  }
}
