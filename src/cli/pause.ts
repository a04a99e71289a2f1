const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Pauses that Ctrl-C, or the end of the terminal, cuts short. From its start to `end` no such signal ends the process by itself. */
export interface Pauses {
  /** Waits so many milliseconds; true where a signal came, now or since the start. */
  pause(ms: number): Promise<boolean>;
  end(): void;
}

export function interruptiblePauses(): Pauses {
  let interrupted = false;
  let wake = (): void => undefined;
  const onSignal = (): void => {
    interrupted = true;
    wake();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    pause: (ms) =>
      new Promise((resolve) => {
        if (interrupted) return resolve(true);
        const timer = setTimeout(() => resolve(false), ms);
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      }),
    end: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
