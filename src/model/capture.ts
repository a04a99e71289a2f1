import type { Learned } from "./learned.ts";

/** One thing read from the world, verbatim. A bundle stores captures and a manifest, nothing else. */
export interface Capture {
  /** "api/services", "node/worker-1/iptables-nft", "node/worker-1/netns/4026532519/link", "probe/<flow id>" */
  readonly id: string;
  /** What a person would type to see the same. */
  readonly command: string;
  /** RFC 3339, UTC. */
  readonly takenAt: string;
  readonly result: Learned<string>;
}

export type Captures = ReadonlyMap<string, Capture>;

/** Captures by their ids; of two with the same id the later one counts. */
export const byId = (captures: readonly Capture[]): Captures =>
  new Map(captures.map((capture) => [capture.id, capture]));
