import { createHash } from "node:crypto";
import { hostname, userInfo } from "node:os";
import type { Connection } from "../collect/api/connection.ts";
import { type KeptSession, keptSessions } from "../collect/session/kept.ts";
import { closeSession } from "../collect/session/session.ts";

/** This person on this machine, to this API server; a digest, so that no name is left in the cluster. */
export function ownerOf({ server }: Connection): string {
  const { username, uid } = userInfo();
  return createHash("sha256").update(`${username}/${uid}@${hostname()} ${server}`).digest("hex").slice(0, 16);
}

const expiryMs = 30_000;

/** Deletes those of this user's kept sessions whose time is over; resolves with what is left of them. */
export async function removeExpired(
  connection: Connection,
  kept: readonly KeptSession[],
  now: Date,
): Promise<readonly string[]> {
  const expired = kept.filter(
    ({ owner, until }) => owner === ownerOf(connection) && !(Date.parse(until) > now.getTime()),
  );
  const left = await Promise.all(
    expired.map(({ namespace }) => closeSession(connection, namespace, expiryMs, AbortSignal.timeout(expiryMs + 5000))),
  );
  return left.flat();
}

/**
 * Looks for expired sessions of this user and deletes them. Does not throw: where they cannot be listed nothing is deleted, and a server
 * that cannot be reached is told by whoever reads the cluster beside it.
 */
export async function sweepExpired(connection: Connection, now: Date, signal: AbortSignal): Promise<readonly string[]> {
  const kept = await keptSessions(connection, signal).catch(() => null);
  return kept?.known === true ? removeExpired(connection, kept.value, now) : [];
}
