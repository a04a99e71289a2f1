import * as v from "valibot";
import { known, type Learned } from "../../model/learned.ts";
import { runNamespace } from "../../model/run-namespace.ts";
import type { Connection } from "../api/connection.ts";
import { type KeptRun, keptLabel } from "./objects.ts";

/** A namespace whose node Pods an earlier run left on purpose. */
export interface KeptSession extends KeptRun {
  readonly namespace: string;
  readonly run: string;
  readonly image: string;
}

const text = v.fallback(v.string(), "");
const schema = v.object({
  metadata: v.object({
    name: v.pipe(v.string(), v.regex(runNamespace)),
    deletionTimestamp: v.optional(v.string()),
    labels: v.object({ "netdoctor.dev/run": v.string() }),
    annotations: v.object({
      "netdoctor.dev/image": text,
      "netdoctor.dev/kept-until": text,
      "netdoctor.dev/owner": text,
      "netdoctor.dev/programs": text,
    }),
  }),
});

/** Every session that was kept, expired ones too, those under deletion not; unknown where namespaces cannot be listed. */
export async function keptSessions(
  connection: Connection,
  signal: AbortSignal,
): Promise<Learned<readonly KeptSession[]>> {
  const answer = await connection.list("/api/v1/namespaces", {
    signal,
    query: { labelSelector: `${keptLabel}=true` },
    project: (object) => v.safeParse(schema, object),
  });
  if (!answer.known) return answer;
  return known(
    answer.value.flatMap((parsed) => {
      if (!parsed.success || parsed.output.metadata.deletionTimestamp !== undefined) return [];
      const { name, labels, annotations } = parsed.output.metadata;
      return [
        {
          namespace: name,
          run: labels["netdoctor.dev/run"],
          image: annotations["netdoctor.dev/image"],
          until: annotations["netdoctor.dev/kept-until"],
          owner: annotations["netdoctor.dev/owner"],
          programs: annotations["netdoctor.dev/programs"],
        },
      ];
    }),
  );
}
