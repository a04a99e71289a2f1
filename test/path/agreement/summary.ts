import type { LabSettings } from "../../faults/lab.ts";
import type { Answered } from "./lab-reader.ts";

export interface Tried {
  readonly setUp: LabSettings;
  /** "" = healthy. */
  readonly fault: string;
  readonly answered: readonly Answered[];
}

/** The page that a run writes: the ratio, a line a set-up, every disagreement, and why flows were not judged. */
export function summary(
  tried: readonly Tried[],
  seed: number,
): { readonly text: string; readonly ratio: number; readonly judged: number } {
  const all = tried.flatMap(({ fault, answered }) => answered.map((answer) => ({ fault, ...answer })));
  const agreeing = all.filter(({ comparison }) => comparison.kind === "agree");
  const disagreeing = all.flatMap(({ fault, flow, comparison }) =>
    comparison.kind === "disagree" ? [{ fault, flow, ...comparison }] : [],
  );
  const judged = agreeing.length + disagreeing.length;
  const ratio = judged === 0 ? 0 : agreeing.length / judged;
  const passing = agreeing.filter(({ comparison }) => comparison.kind === "agree" && comparison.passes).length;
  const lines = [
    "# Agreement of prediction and packet",
    "",
    "Written by `npm run agreement`: random flows in real clusters, healthy and broken, each predicted from what was read of the Nodes, then sent.",
    "",
    `**${all.length} flows, ${judged} judged: ${agreeing.length} agree (${(ratio * 100).toFixed(1)} %)**; of these ${passing} pass and ${agreeing.length - passing} fail. Seed ${seed}.`,
    "",
    "| lab | broken by | agree | disagree | not judged |",
    "| --- | --- | --- | --- | --- |",
    ...tried.map(row),
    "",
    "## Disagreements",
    "",
    ...(disagreeing.length === 0
      ? ["None."]
      : disagreeing.map(
          ({ fault, flow, said, happened }) =>
            `- ${fault || "healthy"}: ${flow}: predicted ${said}; the packet: ${happened}`,
        )),
    "",
    "## Not judged",
    "",
    ...reasons(all.flatMap(({ comparison }) => (comparison.kind === "not judged" ? [comparison.why] : []))),
    "",
  ];
  return { text: lines.join("\n"), ratio, judged };
}

function row({ setUp, fault, answered }: Tried): string {
  const count = (kind: string): number => answered.filter(({ comparison }) => comparison.kind === kind).length;
  const lab = Object.values(setUp).join(", ") || "flannel, iptables, 3";
  return `| ${lab} | ${fault || "nothing"} | ${count("agree")} | ${count("disagree")} | ${count("not judged")} |`;
}

function reasons(whys: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const why of whys) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([why, count]) => `- ${count}: ${why}`);
}
