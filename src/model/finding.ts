import type { ObjectRef } from "./kubernetes.ts";

export type Severity = "error" | "warning" | "info";
export type Confidence = "proven" | "inferred";
export type Params = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What was seen and where: a capture's id, the place in it, the value. A person can check it by hand. */
export interface Evidence {
  readonly source: string;
  readonly where: string;
  readonly value: string;
}

/** A command for the reader: argv words, so that cluster data is quoted in one place and never by hand. */
export interface Step {
  readonly run: readonly string[];
  readonly effect: "reads" | "changes";
  /** Set when the command is to be run on a Node. */
  readonly onNode: string | null;
}

/** The name of a bad state, its subject and parameters. The words are made last, by the finding's type. */
export interface Finding {
  readonly id: string;
  readonly subject: ObjectRef;
  readonly params: Params;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  /** Flow ids, and finding keys ("id Kind namespace/name"), that this state would explain. */
  readonly explains: readonly string[];
}

/** A bad state that has a name. Severity: error = traffic meant to work does not; warning = will fail in a nameable situation. */
export interface FindingType<P extends Params = Params> {
  readonly id: string;
  readonly severity: Severity;
  /** One clause, lower-case, matter of fact, never a fix. */
  what(params: P, subject: ObjectRef): string;
  /** Full sentences: what it does to traffic. */
  why(params: P, subject: ObjectRef): string;
  next(params: P, subject: ObjectRef): readonly Step[];
}

/** The key under which another finding can name this one as its symptom. */
export function findingKey(id: string, subject: ObjectRef): string {
  return subject.namespace === ""
    ? `${id} ${subject.kind} ${subject.name}`
    : `${id} ${subject.kind} ${subject.namespace}/${subject.name}`;
}
