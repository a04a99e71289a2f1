import type { WitnessMark, WitnessPlace } from "./witness.ts";

/** One network namespace to watch, and what is added there. */
export interface WitnessTarget {
  /** Names its parts in the answer: "node", "pod0". */
  readonly name: string;
  readonly place: WitnessPlace;
  /** A process in the namespace and the namespace's inode; "-" for the Node's own. */
  readonly pid: string;
  readonly inode: string;
  /** A tcpdump expression that takes the marked flow, and as little else as it can. */
  readonly filter: string;
  /** nft commands, one a line: the table that switches the kernel's rule trace on for the marked flow. */
  readonly rules: string;
  /** Device index → name. */
  readonly devices: ReadonlyMap<number, string>;
}

/** All that a witness adds to Nodes, and the flow that it sends. Targets stand in the order in which the packet should meet them. */
export interface WitnessPlan {
  readonly flow: string;
  readonly mark: WitnessMark;
  readonly targets: readonly WitnessTarget[];
  /** Condition on `len` by which the kernel's packet events are filtered. */
  readonly lengths: string;
  /** Packets that each namespace's capture takes at most. */
  readonly count: number;
  /** Seconds after which whatever was added goes by itself. */
  readonly seconds: number;
  readonly send: {
    readonly node: string;
    readonly pid: string;
    readonly inode: string;
    readonly target: string;
    readonly port: number;
    /** Of the IP packet; UDP and ICMP. */
    readonly bytes: number;
  };
}
