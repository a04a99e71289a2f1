/** What can be said of a condition: it holds, it does not, or what is known does not tell. */
export type Truth = "yes" | "no" | "unknown";

/** All of the conditions hold: one "no" decides. None given is "yes". */
export function allOf(truths: readonly Truth[]): Truth {
  if (truths.includes("no")) return "no";
  return truths.includes("unknown") ? "unknown" : "yes";
}

/** One of the conditions holds: one "yes" decides. None given is "no". */
export function anyOf(truths: readonly Truth[]): Truth {
  if (truths.includes("yes")) return "yes";
  return truths.includes("unknown") ? "unknown" : "no";
}

export const truthOf = (holds: boolean): Truth => (holds ? "yes" : "no");
