import type { Lab, LabSettings } from "../faults/lab.ts";

/** Something that looks like a fault to a hasty check, and is how a healthy cluster may be. */
export interface Trap {
  readonly name: string;
  /** What is set up, and why it is fine. */
  readonly story: string;
  setUp(lab: Lab): Promise<void>;
  /** Takes it away again. */
  tearDown(lab: Lab): Promise<void>;
}

/** Traps that are set up in one lab at once; what they raise together, one of them raised. */
export interface TrapSet {
  readonly name: string;
  readonly lab: LabSettings;
  readonly traps: readonly Trap[];
}
