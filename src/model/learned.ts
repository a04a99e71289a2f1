/** Why a thing is not known. `failed` = the command ran and ended with an error; `no-tool` = nothing there could read it. */
export type UnknownReason =
  | "forbidden"
  | "not-served"
  | "timed-out"
  | "unreachable"
  | "unparsable"
  | "failed"
  | "no-tool"
  | "too-large"
  | "not-collected";

export interface Unknown {
  readonly known: false;
  readonly reason: UnknownReason;
  readonly detail: string;
}
export interface Known<T> {
  readonly known: true;
  readonly value: T;
}

/** Either we know a thing, or we know why we do not. An empty list never means "could not look". */
export type Learned<T> = Known<T> | Unknown;

export const known = <T>(value: T): Known<T> => ({ known: true, value });
export const unknown = (reason: UnknownReason, detail: string): Unknown => ({ known: false, reason, detail });

/** Applies a function to a known value; an unknown stays as it is. */
export function mapLearned<T, U>(learned: Learned<T>, f: (value: T) => U): Learned<U> {
  return learned.known ? known(f(learned.value)) : learned;
}
