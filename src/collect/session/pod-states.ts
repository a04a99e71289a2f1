import * as v from "valibot";
import type { Connection } from "../api/connection.ts";

/** One Pod of the run, as far as the run needs to know it. */
export interface PodState {
  readonly name: string;
  readonly node: string;
  readonly role: string;
  readonly running: boolean;
  readonly ips: readonly string[];
  /** Set when it cannot start any more without help: the reason a person would read in `kubectl describe`. */
  readonly failure: string | null;
}

const text = v.fallback(v.string(), "");
const podSchema = v.object({
  metadata: v.object({ name: text, labels: v.fallback(v.record(v.string(), v.string()), {}) }),
  spec: v.object({ nodeName: text }),
  status: v.object({
    phase: text,
    reason: text,
    message: text,
    podIPs: v.fallback(v.array(v.object({ ip: text })), []),
    containerStatuses: v.fallback(
      v.array(
        v.object({
          state: v.fallback(v.object({ waiting: v.optional(v.object({ reason: text, message: text })) }), {}),
        }),
      ),
      [],
    ),
  }),
});

/** Waiting reasons that do not pass by themselves (kubelet's pkg/kubelet/images/types.go and container events). */
const hopeless = new Set([
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "ImagePullBackOff",
]);

/** The run's Pods now; a refusal gives an empty list, and the wait goes on to its limit. */
export async function podStates(
  connection: Connection,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly PodState[]> {
  const answer = await connection.list(`/api/v1/namespaces/${namespace}/pods`, { signal, project: stateOf });
  return answer.known ? answer.value.filter((pod) => pod !== null) : [];
}

function stateOf(object: unknown): PodState | null {
  const parsed = v.safeParse(podSchema, object);
  if (!parsed.success) return null;
  const { metadata, spec, status } = parsed.output;
  const waiting = status.containerStatuses
    .map(({ state }) => state.waiting)
    .find((found) => hopeless.has(found?.reason ?? ""));
  const ended = status.phase === "Failed" || status.phase === "Succeeded";
  const failure =
    waiting !== undefined
      ? `${waiting.reason}: ${waiting.message}`
      : ended
        ? `${status.reason || status.phase}: ${status.message}`
        : null;
  return {
    name: metadata.name,
    node: spec.nodeName,
    role: metadata.labels["netdoctor.dev/role"] ?? "",
    running: status.phase === "Running",
    ips: status.podIPs.map(({ ip }) => ip).filter((ip) => ip !== ""),
    failure,
  };
}

const eventSchema = v.object({ reason: text, involvedObject: v.object({ name: text }) });

/** Names of the run's Pods of which the kubelet reported that it cannot make their sandbox. */
export async function failedSandboxes(
  connection: Connection,
  namespace: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const answer = await connection.list(`/api/v1/namespaces/${namespace}/events`, {
    signal,
    project: (event) => v.safeParse(eventSchema, event),
  });
  if (!answer.known) return new Set();
  return new Set(
    answer.value.flatMap((event) =>
      event.success && /^(FailedCreatePodSandBox|NetworkNotReady)$/.test(event.output.reason)
        ? [event.output.involvedObject.name]
        : [],
    ),
  );
}
