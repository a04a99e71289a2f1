import * as v from "valibot";
import type { Learned, Unknown } from "../../model/learned.ts";
import { known, unknown } from "../../model/learned.ts";
import { AccessError, unknownFrom } from "./access-error.ts";
import type { Connection } from "./connection.ts";
import { statusOf, unknownFromRefusal } from "./refusal.ts";

export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** The command gets a stdin on which nothing is sent and which ends when the connection does. */
  readonly holdStdin?: boolean;
}
export interface ExecOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}
export interface ExecLimits {
  /** Ends the wait and the socket; the command itself runs on in the container, so give it its own limit. */
  readonly signal: AbortSignal;
  /** Of stdout and stderr together. */
  readonly maxBytes: number;
  /** Called with each piece of stdout as it arrives. */
  readonly onStdout?: (chunk: Buffer) => void;
}

/**
 * Runs a command in a container and collects its output. Never sends stdin: scripts go into `command`. A command that ran is
 * known whatever its exit code; no status from the server is unknown, never success. Does not throw.
 */
export async function exec(
  connection: Connection,
  target: ExecTarget,
  { signal, maxBytes, onStdout }: ExecLimits,
): Promise<Learned<ExecOutput>> {
  const output = new Output(maxBytes, onStdout);
  try {
    const answer = await connection.openChannels(execPath(target), output.take, signal);
    if (!answer.ok) {
      return notFoundIsNotUnserved(unknownFromRefusal(answer.refusal));
    }
    await Promise.race([answer.value.closed, output.ended]);
    answer.value.terminate();
  } catch (cause) {
    return cause instanceof AccessError ? unknownFrom(cause) : unknown("not-collected", `stopped: ${String(cause)}`);
  }
  if (output.status === null && !output.overflowed && signal.aborted) {
    return unknown("timed-out", `the command had not ended in time; ${output.bytes} bytes had arrived`);
  }
  return output.result();
}

/** Reads a container's log, at most `limitBytes` of its end. Does not throw. */
export async function podLog(
  connection: Connection,
  { namespace, pod, container }: Omit<ExecTarget, "command">,
  {
    signal,
    tailLines,
    limitBytes,
  }: { readonly signal: AbortSignal; readonly tailLines: number; readonly limitBytes: number },
): Promise<Learned<string>> {
  const query = new URLSearchParams({ container, tailLines: String(tailLines), limitBytes: String(limitBytes) });
  try {
    const answer = await connection.get(`${podPath(namespace, pod)}/log?${query}`, { signal, accept: "*/*" });
    return answer.ok ? known(answer.value) : notFoundIsNotUnserved(unknownFromRefusal(answer.refusal));
  } catch (cause) {
    return cause instanceof AccessError ? unknownFrom(cause) : unknown("not-collected", `stopped: ${String(cause)}`);
  }
}

/** Every server serves exec and log: a 404 there means that the Pod or container is not there. */
function notFoundIsNotUnserved(refused: Unknown): Unknown {
  return refused.reason === "not-served" ? unknown("failed", refused.detail) : refused;
}

function podPath(namespace: string, pod: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`;
}

function execPath({ namespace, pod, container, command, holdStdin = false }: ExecTarget): string {
  const query = new URLSearchParams({
    container,
    stdout: "true",
    stderr: "true",
    stdin: String(holdStdin),
    tty: "false",
  });
  for (const word of command) {
    query.append("command", word);
  }
  return `${podPath(namespace, pod)}/exec?${query}`;
}

class Output {
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  readonly #maxBytes: number;
  readonly #onStdout: (chunk: Buffer) => void;
  #end: () => void = () => undefined;
  /** Settles with the status, or when there is more output than wanted. */
  readonly ended: Promise<void>;
  bytes = 0;
  status: string | null = null;
  overflowed = false;

  constructor(maxBytes: number, onStdout: (chunk: Buffer) => void = () => undefined) {
    this.#maxBytes = maxBytes;
    this.#onStdout = onStdout;
    this.ended = new Promise((settle) => {
      this.#end = settle;
    });
  }

  readonly take = (channel: number, chunk: Buffer): void => {
    if (channel === 3) {
      this.status = chunk.toString("utf8");
      this.#end();
    } else if (channel === 1 || channel === 2) {
      this.bytes += chunk.length;
      if (this.bytes > this.#maxBytes) {
        this.overflowed = true;
        this.#end();
        return;
      }
      (channel === 1 ? this.#stdout : this.#stderr).push(chunk);
      if (channel === 1) this.#onStdout(chunk);
    }
  };

  result(): Learned<ExecOutput> {
    if (this.overflowed) {
      return unknown("too-large", `the command wrote more than ${this.#maxBytes} bytes`);
    }
    if (this.status === null) {
      return unknown(
        "failed",
        `the connection closed before the command's status arrived; ${this.bytes} bytes had arrived`,
      );
    }
    const exitCode = exitCodeOf(this.status);
    if (typeof exitCode !== "number") {
      return exitCode;
    }
    const stdout = Buffer.concat(this.#stdout).toString("utf8");
    return known({ stdout, stderr: Buffer.concat(this.#stderr).toString("utf8"), exitCode });
  }
}

const exitCodeSchema = v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number));

/** The status channel carries a metav1.Status; a command that ended with another code than 0 has it in the cause "ExitCode". */
function exitCodeOf(body: string): number | Unknown {
  const status = statusOf(body);
  if (status === null) {
    return unknown("unparsable", `the command's status is not a Status: ${body.slice(0, 200)}`);
  }
  if (status.status === "Success") {
    return 0;
  }
  const cause = status.details.causes.find(({ reason }) => reason === "ExitCode");
  const code = v.safeParse(exitCodeSchema, cause?.message);
  if (code.success) {
    return code.output;
  }
  const noTool = /executable file not found|no such file or directory/.test(status.message);
  return unknown(noTool ? "no-tool" : "failed", status.message || "the command failed without a message");
}
