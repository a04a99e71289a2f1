import { AccessError } from "../collect/api/access-error.ts";
import { connect } from "../collect/api/connection.ts";
import type { ConnectionOptions } from "../collect/api/connection-options.ts";
import { known, type Learned, unknown } from "../model/learned.ts";

const TIMEOUT_MS = 10_000;

/** What the API server's /version says, as it says it. Unknown with the reason where it cannot be asked. */
export async function serverVersion(options: ConnectionOptions): Promise<Learned<Readonly<Record<string, unknown>>>> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const connection = await connect(options, { signal });
    try {
      const answer = await connection.getObject("/version", { signal });
      if (!answer.ok) return unknown("forbidden", answer.refusal.message);
      return isRecord(answer.value) ? known(answer.value) : unknown("unparsable", "the answer is no object");
    } finally {
      await connection.close();
    }
  } catch (cause) {
    if (signal.aborted) return unknown("timed-out", `no answer in ${TIMEOUT_MS / 1000} s`);
    if (cause instanceof AccessError) return unknown("unreachable", cause.message);
    throw cause;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
