import * as v from "valibot";
import type { Lab } from "../faults/lab.ts";
import { leftBehind } from "./fault-run.ts";
import { netdoctor } from "./netdoctor.ts";
import { must, type Tally } from "./tally.ts";

/** The client's address and port as the other end saw them. */
export const clientSeenSchema = v.object({
  known: v.boolean(),
  value: v.optional(v.string()),
  detail: v.optional(v.string()),
});

const tracedSchema = v.object({
  verdict: v.string(),
  flows: v.array(
    v.object({
      title: v.string(),
      basis: v.string(),
      outcome: v.string(),
      clientSeen: clientSeenSchema,
      ways: v.array(v.object({ there: v.array(v.object({ actions: v.array(v.string()) })), mirrored: v.boolean() })),
    }),
  ),
  findings: v.array(v.object({ id: v.string() })),
  disagreements: v.array(v.unknown()),
});
type Traced = v.InferOutput<typeof tracedSchema>;

/** What a trace must say: passes by a packet and as predicted, or what its first sentence and its first finding must be. */
export type Expected =
  | { readonly passes: "by a packet" | "by a packet, from its own address" | "as predicted" }
  | { readonly fails: RegExp; readonly finding: string | null }
  | { readonly unknown: RegExp };
export type Case = readonly [name: string, argv: readonly string[], expected: Expected];

export const proven: Expected = { passes: "by a packet" };
export const provenUntranslated: Expected = { passes: "by a packet, from its own address" };

/** Traces each case over node Pods that stay for the next one. */
export async function runCases(tally: Tally, lab: Lab, cases: readonly Case[]): Promise<void> {
  const kubeconfig = await lab.kubeconfig();
  for (const [name, argv, expected] of cases) {
    await tally.test(`trace ${name}: ${Object.keys(expected)[0]}`, async () => {
      const run = await netdoctor(kubeconfig, ["trace", "--quiet", "--keep", "5m", "-o", "json", ...argv]);
      const parsed = run.stdout.startsWith("{") ? v.parse(tracedSchema, JSON.parse(run.stdout)) : null;
      must(parsed !== null, `no trace (exit code ${run.exitCode}): ${run.stderr.slice(0, 600)}`);
      if (parsed === null) return undefined;
      judge(parsed, run.exitCode, expected);
      return `${run.seconds.toFixed(1)} s, ${parsed.flows[0]?.outcome ?? ""}`;
    });
  }
}

function judge({ verdict, flows, findings, disagreements }: Traced, exitCode: number, expected: Expected): void {
  const [first] = flows;
  const said = `${verdict}, exit code ${exitCode}: ${first?.title ?? ""} ${first?.outcome ?? ""}`;
  must(disagreements.length === 0, `predicted otherwise: ${JSON.stringify(disagreements)}`);
  if ("passes" in expected) {
    must(verdict === "passes" && exitCode === 0, said);
    must(first?.basis === (expected.passes === "as predicted" ? "prediction" : "packet"), `${first?.basis}: ${said}`);
    if (expected.passes === "by a packet, from its own address") clientIsOwn(first);
    must(first?.ways.every(({ there }) => there.length > 0) === true, `no rows: ${said}`);
    return;
  }
  const [wanted, code, words] =
    "fails" in expected ? (["fails", 1, expected.fails] as const) : (["unknown", 4, expected.unknown] as const);
  must(verdict === wanted && exitCode === code && words.test(first?.outcome ?? ""), said);
  const finding = "fails" in expected ? expected.finding : null;
  must((findings[0]?.id ?? null) === finding, `finding ${findings[0]?.id ?? "none"}: ${said}`);
}

/** Rejects unless the other end saw the address that the title says the client has. */
export function clientIsOwn(flow: Pick<Traced["flows"][number], "title" | "clientSeen"> | undefined): void {
  const from = /from \S+ \(([^,)]+)[,)]/.exec(flow?.title ?? "")?.[1];
  const { known, value = "", detail = "" } = flow?.clientSeen ?? { known: false };
  const host = from?.includes(":") ? `[${from}]` : from;
  must(
    host !== undefined && known && value.startsWith(`${host}:`),
    `the other end should see ${from}: ${value}${detail}`,
  );
}

/** Deletes the node Pods that the cases kept; nothing may be left. */
export async function endCases(tally: Tally, lab: Lab): Promise<void> {
  await tally.test("cleanup after the traces leaves nothing", async () => {
    await netdoctor(await lab.kubeconfig(), ["cleanup"]);
    const left = await leftBehind(lab);
    must(left.length === 0, `left behind: ${left.join(", ")}`);
    return undefined;
  });
}
