import * as v from "valibot";
import { connect } from "../collect/api/connection.ts";
import type { ConnectionOptions } from "../collect/api/connection-options.ts";
import { closeSession } from "../collect/session/session.ts";
import type { Learned } from "../model/learned.ts";
import { known } from "../model/learned.ts";
import { runNamespace } from "../model/run-namespace.ts";

/** A namespace that a run left. */
export interface Leftover {
  readonly namespace: string;
  /** RFC 3339, as the run noted it. */
  readonly startedAt: string;
  /** What could not be deleted of it; empty = gone. */
  readonly left: readonly string[];
}

const schema = v.object({
  metadata: v.object({
    name: v.pipe(v.string(), v.regex(runNamespace)),
    annotations: v.fallback(v.record(v.string(), v.string()), {}),
  }),
});
const minutes = 60_000;

/**
 * Deletes the namespaces of runs that were killed: those that carry netdoctor's label and its name. Runs younger than
 * `olderThanMs` may still be going and are left alone. With `dryRun` only lists them. Throws AccessError.
 */
export async function cleanup(
  options: ConnectionOptions,
  {
    olderThanMs,
    dryRun,
    signal,
    now,
  }: { readonly olderThanMs: number; readonly dryRun: boolean; readonly signal: AbortSignal; readonly now: Date },
): Promise<Learned<readonly Leftover[]>> {
  const connection = await connect(options, { signal });
  try {
    const found = await connection.list("/api/v1/namespaces", {
      signal,
      query: { labelSelector: "app.kubernetes.io/managed-by=netdoctor" },
      project: (object) => v.safeParse(schema, object),
    });
    if (!found.known) return found;
    const runs = found.value.flatMap((parsed) =>
      parsed.success
        ? [
            {
              namespace: parsed.output.metadata.name,
              startedAt: parsed.output.metadata.annotations["netdoctor.dev/started"] ?? "",
            },
          ]
        : [],
    );
    const old = runs.filter(({ startedAt }) => !(now.getTime() - Date.parse(startedAt) < olderThanMs));
    return known(
      await Promise.all(
        old.map(async (run) => ({
          ...run,
          left: dryRun
            ? ["not deleted: --dry-run"]
            : await closeSession(connection, run.namespace, 2 * minutes, signal),
        })),
      ),
    );
  } finally {
    await connection.close();
  }
}
