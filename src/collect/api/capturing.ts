import type { Capture } from "../../model/capture.ts";
import type { Learned } from "../../model/learned.ts";
import { known, mapLearned, unknown } from "../../model/learned.ts";
import { AccessError, unknownFrom } from "./access-error.ts";
import type { Connection } from "./connection.ts";
import type { ListOptions } from "./list.ts";
import type { Projection } from "./projection.ts";
import type { Answer } from "./refusal.ts";
import { unknownFromRefusal } from "./refusal.ts";

export interface CollectOptions {
  /** Bounds the whole collection; what is not read by then is unknown, "timed-out". */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Called as pages arrive. */
  readonly onProgress?: ((progress: { readonly what: string; readonly objects: number }) => void) | undefined;
}
/** Runs a read when its turn comes. */
export type Gate = <T>(read: () => Promise<T>) => Promise<T>;

/** Reads into a capture, which takes its time when the read begins. */
export async function capture(
  id: string,
  command: string,
  { now, signal }: CollectOptions,
  read: () => Promise<Learned<string>>,
): Promise<Capture> {
  const takenAt = now().toISOString();
  return { id, command, takenAt, result: await attempt(read, signal) };
}

/** What cannot be read is an unknown with its reason, never an exception: other captures are worth having. */
export async function attempt<T>(read: () => Promise<Learned<T>>, signal: AbortSignal): Promise<Learned<T>> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof AccessError) {
      return unknownFrom(cause);
    }
    if (signal.aborted) {
      return unknown("not-collected", "the run was stopped before this was read");
    }
    throw cause;
  }
}

/** Each object becomes its JSON text while its page is at hand: a string takes a third of the memory of the object. */
export async function listText(
  connection: Connection,
  path: string,
  what: string,
  project: Projection,
  { signal, onProgress }: CollectOptions,
  { query, limit }: Pick<ListOptions<string>, "query" | "limit">,
): Promise<Learned<string>> {
  const listed = await connection.list(path, {
    signal,
    query,
    limit,
    project: (item) => JSON.stringify(project(item)) ?? "null",
    onPage: (objects) => onProgress?.({ what, objects }),
  });
  return mapLearned(listed, jsonArray);
}

export function learnedFrom<T, U>(answer: Answer<T>, f: (value: T) => U): Learned<U> {
  return mapLearned(answer.ok ? known(answer.value) : unknownFromRefusal(answer.refusal), f);
}

/** One object a line, so that a bundle can be read and compared. Appending copies nothing, where join would hold it all twice. */
export function jsonArray(texts: readonly string[]): string {
  let array = "[";
  for (const [index, text] of texts.entries()) {
    array += index === 0 ? `\n${text}` : `,\n${text}`;
  }
  return texts.length === 0 ? "[]" : `${array}\n]`;
}
