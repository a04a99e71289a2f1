/** Ctrl-C and SIGTERM: the first asks the run to stop and clean up, the second ends the process at once and says what is left. */
export interface Interruption {
  readonly signal: AbortSignal;
  readonly interrupted: () => boolean;
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
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    interrupted: () => interrupted,
    note: (name) => {
      namespace = name;
    },
    end: () => {
      clearTimeout(timer);
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    },
  };
}
