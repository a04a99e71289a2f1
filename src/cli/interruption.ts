import { AccessError, InterruptedError } from "./errors.ts";

/** Ctrl-C, SIGTERM and the end of the terminal (SIGHUP): the first asks the run to stop and clean up, the second ends the process at once and says what is left. */
export interface Interruption {
  readonly signal: AbortSignal;
  readonly interrupted: () => boolean;
  /** What an error of the run means: that it was stopped, that its time was over, or itself. */
  meaningOf(cause: unknown): unknown;
  /** The namespace to name when the process must end before it is deleted. */
  note(namespace: string): void;
  end(): void;
}

export function watchInterruption(timeoutMs: number, say: (line: string) => void): Interruption {
  const controller = new AbortController();
  let namespace = "";
  let interrupted = false;
  const onSignal = (): void => {
    if (interrupted) {
      if (namespace !== "") say(`not cleaned up; run: kubectl delete namespace ${namespace}`);
      process.exit(130);
    }
    interrupted = true;
    say("stopping and deleting what was created; press Ctrl-C again to leave it");
    controller.abort(new DOMException("interrupted", "AbortError"));
  };
  const timer = setTimeout(
    () =>
      controller.abort(new DOMException(`the run took longer than ${Math.round(timeoutMs / 1000)} s`, "TimeoutError")),
    timeoutMs,
  );
  timer.unref();
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal);
  return {
    signal: controller.signal,
    interrupted: () => interrupted,
    meaningOf: (cause) => {
      if (interrupted) return new InterruptedError();
      const { aborted, reason } = controller.signal;
      if (!aborted) return cause;
      const message = reason instanceof Error ? reason.message : String(reason);
      return new AccessError(message, "give it more time with --timeout, or examine a part: --nodes, --api-only");
    },
    note: (name) => {
      namespace = name;
    },
    end: () => {
      clearTimeout(timer);
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal).off("SIGHUP", onSignal);
    },
  };
}
