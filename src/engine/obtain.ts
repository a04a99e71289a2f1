import { randomInt } from "node:crypto";
import { readBundle } from "../bundle/read.ts";
import { connect } from "../collect/api/connection.ts";
import type { ConnectionOptions } from "../collect/api/connection-options.ts";
import { namespaceOf, type RunOptions } from "../collect/session/objects.ts";
import type { SessionLimits } from "../collect/session/session.ts";
import type { Captures } from "../model/capture.ts";
import type { Learned } from "../model/learned.ts";
import { known } from "../model/learned.ts";
import { collectLive } from "./collect-live.ts";
import type { EgressChoice } from "./plan-probes.ts";

/** What to examine: a live cluster, or the captures of one in a bundle. */
export interface Request {
  /** A bundle's path; null = the live cluster that `connection` names. */
  readonly bundle: string | null;
  readonly connection: ConnectionOptions;
  readonly apiOnly: boolean;
  readonly image: string;
  readonly pullPolicy: RunOptions["pullPolicy"];
  readonly pullSecret: string | null;
  readonly probes: boolean;
  readonly limits: SessionLimits;
  readonly egress: EgressChoice;
  readonly nodes: readonly string[];
  readonly onProgress: (what: string) => void;
  /** Called with the run's namespace before anything is created, so that an interrupted caller can name it. */
  readonly onNamespace: (namespace: string) => void;
  /** Called with what a run that failed or was stopped could not delete. */
  readonly onLeft: (left: readonly string[]) => void;
  readonly signal: AbortSignal;
}
export interface Obtained {
  readonly captures: Captures;
  /** What the run created and could not delete; empty for a bundle. To be awaited before the program ends. */
  readonly cleaned: Promise<readonly string[]>;
}

/** Captures from where the request says. Throws AccessError when the cluster cannot be used; an unreadable bundle is a value. */
export async function obtain(request: Request): Promise<Learned<Obtained>> {
  if (request.bundle !== null) {
    const bundle = await readBundle(request.bundle);
    return bundle.known ? known({ captures: bundle.value.captures, cleaned: Promise.resolve([]) }) : bundle;
  }
  const connection = await connect(request.connection, { signal: request.signal });
  const pods = request.apiOnly ? null : runOptions(request);
  if (pods !== null) request.onNamespace(namespaceOf(pods.run));
  try {
    const live = await collectLive(connection, { ...request, pods, now: () => new Date() });
    return known({ captures: live.captures, cleaned: live.cleaned.finally(() => connection.close()) });
  } catch (cause) {
    await connection.close();
    throw cause;
  }
}

/** The options under which a run creates its objects; the run's id is five random letters and digits. */
export function runOptions(request: Pick<Request, "image" | "pullPolicy" | "pullSecret" | "probes">): RunOptions {
  const alphabet = "bcdfghjklmnpqrstvwxz2456789";
  const run = Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return {
    run,
    image: request.image,
    pullPolicy: request.pullPolicy,
    pullSecret: request.pullSecret,
    probes: request.probes,
    startedAt: new Date().toISOString(),
    deadlineSeconds: 900,
  };
}
