/** What the first comment lines of a case's objects.yaml say. */
export interface CaseHeader {
  /** The recorded cluster that the case stands on; null = only what the case's own files hold. */
  readonly on: string | null;
  /** "id Kind namespace/name", sorted. Empty where the case says `# expect: nothing`. */
  readonly expected: readonly string[];
  /** Findings that a hasty check would raise here. */
  readonly traps: readonly string[];
  /** Captures to be taken away, as if that section had not been collected. */
  readonly without: readonly string[];
}

const directive = /^# (on|expect|trap|without): (.+?)\s*$/;

/** Reads the leading comment of objects.yaml. Throws where a case leaves open what it expects. */
export function readHeader(text: string): CaseHeader {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const comment = end === -1 ? lines : lines.slice(0, end);
  const entries = comment.map((line) => directive.exec(line)).filter((match) => match !== null);
  const values = (name: string): readonly string[] =>
    entries.flatMap(([, key, value = ""]) => (key === name ? [value] : []));
  if (comment[0] === undefined || directive.test(comment[0])) throw new Error("the first line tells the story: # …");
  const expected = values("expect");
  const nothing = expected.includes("nothing");
  if (expected.length === 0 || (nothing && expected.length > 1))
    throw new Error("# expect: FINDING KIND NAME, or nothing");
  for (const one of expected)
    if (!nothing && one.split(" ").length !== 3) throw new Error(`# expect: ${one}: FINDING KIND NAME`);
  if (nothing !== values("trap").length > 0)
    throw new Error("a case that expects nothing names its # trap: FINDING, others have none");
  return {
    on: values("on")[0] ?? null,
    expected: nothing ? [] : [...expected].sort(),
    traps: values("trap"),
    without: values("without"),
  };
}
