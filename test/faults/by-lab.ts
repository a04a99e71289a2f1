import type { Fault } from "./fault.ts";

/** Orders faults so that those of the same lab follow each other, as a new lab takes half a minute; the default lab comes first. */
export function byLab(faults: readonly Fault[]): readonly Fault[] {
  const settings = ({ lab }: Fault): string =>
    Object.entries(lab)
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join(" ");
  const keys = new Map(faults.map((fault) => [fault, settings(fault)]));
  const key = (fault: Fault): string => keys.get(fault) ?? "";
  return faults.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
