import type { Dispatcher } from "undici";
import type { Access } from "./access.ts";
import { authenticate, type Identity } from "./authenticate.ts";
import { dispatcherFor } from "./dispatcher.ts";

/** Ready for requests: what to send with each, and over which connections. */
export interface Authenticated extends Identity {
  readonly dispatcher: Dispatcher;
}

export interface Credentials {
  /** Authenticates once for all callers, and anew when the credentials have expired. */
  current(signal: AbortSignal): Promise<Authenticated>;
  /** After a 401: drops `stale` and authenticates anew, once for all who noticed. */
  renew(stale: Authenticated, signal: AbortSignal): Promise<Authenticated>;
  /** Ends connections and a plugin that is still running. */
  close(): Promise<void>;
}

export function credentialsFor(access: Access, onNote?: (line: string) => void): Credentials {
  const made = new Set<Dispatcher>();
  const closing = new AbortController();
  let latest: Promise<Authenticated> | null = null;
  let ready: Authenticated | null = null;
  const start = (): Promise<Authenticated> => {
    const before = ready;
    const next = prepare(access, before, onNote, closing.signal);
    latest = next;
    next.then(
      (authenticated) => {
        ready = authenticated;
        // The one before may still carry requests; its idle connections end by themselves.
        made.add(authenticated.dispatcher);
        if (closing.signal.aborted) void authenticated.dispatcher.destroy();
      },
      () => {
        latest = latest === next ? null : latest;
      },
    );
    return next;
  };
  return {
    current: async (signal) => {
      const held = latest;
      const known = held === null ? null : await within(signal, held);
      const expired = known !== null && known.expiresAt !== null && Date.now() >= known.expiresAt;
      // Another caller may have begun to renew it meanwhile.
      return within(signal, latest === null || (expired && latest === held) ? start() : latest);
    },
    renew: async (stale, signal) => {
      const before = latest;
      const held = before === null ? null : await within(signal, before).catch(() => null);
      const renewed = latest !== null && (latest !== before || held !== stale);
      return within(signal, renewed && latest !== null ? latest : start());
    },
    close: async () => {
      closing.abort();
      await Promise.all([...made].map((dispatcher) => dispatcher.destroy()));
    },
  };
}

/** Connections are kept where only the token is new. */
async function prepare(
  access: Access,
  before: Authenticated | null,
  onNote: ((line: string) => void) | undefined,
  signal: AbortSignal,
): Promise<Authenticated> {
  const identity = await authenticate(access, onNote, signal);
  const same = before !== null && JSON.stringify(before.route) === JSON.stringify(identity.route);
  return { ...identity, dispatcher: same ? before.dispatcher : await dispatcherFor(identity.route) };
}

/** Waits no longer than the signal allows, without stopping what others may also wait for. */
async function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
