import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Capture } from "../../model/capture.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import type { WitnessPlan } from "../../model/witness-plan.ts";
import type { Connection } from "../api/connection.ts";
import { exec } from "../api/exec.ts";
import { type Framed, parseFrames } from "../node/frames.ts";
import type { NodePodAddress } from "../node/run-program.ts";

export interface WitnessOptions {
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

const maxBytes = 64 * 1024 * 1024;
const readyMs = 8000;
const stopMs = 8000;
const trySeconds = 1;
/** The last steps of a packet, and the kernel's word on them, come a moment after the sender has given up. */
const lingerMs = 200;

/**
 * Watches every namespace of the plan, sends the flow once all watch, and takes back what was added: captures `witness/plan`,
 * `witness/sent`, `witness/<node>/<namespace>/pcap|trace|…` and `witness/<node>/kernel`. A Node that cannot watch is an unknown capture.
 * Where the signal is aborted it still takes everything back, and then throws the signal's reason.
 */
export async function collectWitness(
  connection: Connection,
  pods: ReadonlyMap<string, NodePodAddress>,
  plan: WitnessPlan,
  { signal, now }: WitnessOptions,
): Promise<readonly Capture[]> {
  signal.throwIfAborted();
  const takenAt = now().toISOString();
  const capture = (id: string, command: string, result: Learned<string>): Capture => ({ id, command, takenAt, result });
  const nodes = [...new Set(plan.targets.map(({ place }) => place.node))];
  const watches = nodes.flatMap((node) => {
    const pod = pods.get(node);
    return pod === undefined ? [] : [watch(connection, pod, plan)];
  });
  const interrupted = new Promise<void>((settle) => signal.addEventListener("abort", () => settle(), { once: true }));
  let sent: Learned<string> = unknown("not-collected", "the run was stopped before the packet was sent");
  try {
    await Promise.race([Promise.all(watches.map(({ ready }) => ready)), sleep(readyMs), interrupted]);
    const sender = pods.get(plan.send.node);
    if (!signal.aborted) {
      sent =
        sender === undefined
          ? unknown("no-tool", "there is no node Pod there")
          : await send(connection, sender, plan, signal);
      await Promise.race([sleep(lingerMs), interrupted]);
    }
  } finally {
    // One that is still starting would not see that it is to stop.
    await Promise.all(
      watches.map(async ({ pod, ready }) => {
        await Promise.race([ready, sleep(readyMs)]);
        await stop(connection, pod, plan);
      }),
    );
  }
  const answers = await Promise.all(watches.map(async ({ pod, done }) => captures(pod.node, await done, capture)));
  signal.throwIfAborted();
  const missing = nodes
    .filter((node) => !pods.has(node))
    .map((node) =>
      capture(`witness/${node}/session`, "kubectl exec", unknown("no-tool", "there is no node Pod there")),
    );
  return [
    capture("witness/plan", "kubectl netdoctor trace --witness", known(planText(plan))),
    capture("witness/sent", `from ${plan.send.node} to ${plan.send.target}`, sent),
    ...missing,
    ...answers.flat(),
  ];
}

/** Maps as lists of pairs: JSON knows none. */
const planText = (plan: WitnessPlan): string =>
  JSON.stringify(plan, (_key, value: unknown) => (value instanceof Map ? [...value] : value));

interface Watch {
  readonly pod: NodePodAddress;
  readonly nonce: string;
  /** Settles when all namespaces of the Node watch, or when it is known that they will not. */
  readonly ready: Promise<void>;
  readonly done: Promise<Learned<Framed>>;
}

function watch(connection: Connection, pod: NodePodAddress, plan: WitnessPlan): Watch {
  const nonce = randomBytes(12).toString("hex");
  let seen = "";
  let begun: () => void = () => undefined;
  const ready = new Promise<void>((settle) => {
    begun = settle;
  });
  const onStdout = (chunk: Buffer): void => {
    seen = (seen + chunk.toString("latin1")).slice(-500);
    if (seen.includes(`@@${nonce}\tready`)) begun();
  };
  const words = plan.targets
    .filter(({ place }) => place.node === pod.node)
    .flatMap(({ name, pid, inode, filter, rules }) => [name, pid, inode, filter, rules]);
  // Not the run's signal: the program is told to stop, so that it takes back what it added.
  const signal = AbortSignal.timeout((plan.seconds + 15) * 1000);
  const done = run(
    connection,
    pod,
    [nonce, String(plan.seconds), "watch", plan.mark.run, plan.lengths, String(plan.count), ...words],
    { signal, onStdout, holdStdin: true },
  );
  done.finally(begun);
  return { pod, nonce, ready, done };
}

async function stop(connection: Connection, pod: NodePodAddress, { mark }: WitnessPlan): Promise<void> {
  const nonce = randomBytes(12).toString("hex");
  await run(connection, pod, [nonce, String(trySeconds), "stop", mark.run], { signal: AbortSignal.timeout(stopMs) });
}

/** "" = it was answered; else what the sending tool said, or that no answer came. */
async function send(
  connection: Connection,
  pod: NodePodAddress,
  { mark, send: order }: WitnessPlan,
  signal: AbortSignal,
): Promise<Learned<string>> {
  const nonce = randomBytes(12).toString("hex");
  const sign =
    mark.protocol === "tcp"
      ? String(mark.segmentBytes)
      : mark.protocol === "icmp"
        ? mark.payload
        : letters(mark.payload);
  const words = [
    order.pid,
    order.inode,
    mark.protocol,
    order.target,
    String(order.port),
    String(mark.sourcePort ?? 0),
    sign ?? "",
    String(order.bytes),
  ];
  const answer = await run(connection, pod, [nonce, String(trySeconds), "send", mark.run, ...words], { signal });
  if (!answer.known) return answer;
  const said = answer.value.sections.get("sent") ?? unknown("failed", "the sender did not answer");
  const code = answer.value.sections.get("code");
  if (!said.known) return said;
  if (code?.known === true && code.value.trim() === "0") return known("");
  return known(said.value.trim() === "" ? "no answer" : said.value.trim());
}

const letters = (hex: string | null): string => Buffer.from(hex ?? "", "hex").toString("latin1");

async function run(
  connection: Connection,
  { namespace, pod }: NodePodAddress,
  words: readonly string[],
  limits: { readonly signal: AbortSignal; readonly onStdout?: (chunk: Buffer) => void; readonly holdStdin?: boolean },
): Promise<Learned<Framed>> {
  // The program comes from the Pod's own environment; everything else is a word of argv.
  const command = ["sh", "-c", 'exec sh -c "$NETDOCTOR_WITNESS" netdoctor "$@"', "netdoctor", ...words];
  const { holdStdin = false } = limits;
  const answer = await exec(
    connection,
    { namespace, pod, container: "node", command, holdStdin },
    { ...limits, maxBytes },
  );
  if (!answer.known) return answer;
  const framed = parseFrames(answer.value.stdout, words[0] ?? "");
  return framed.sections.size === 0 && !framed.complete
    ? unknown("failed", `exit code ${answer.value.exitCode}: ${answer.value.stderr.slice(0, 300)}`)
    : known(framed);
}

function captures(
  node: string,
  answer: Learned<Framed>,
  capture: (id: string, command: string, result: Learned<string>) => Capture,
): readonly Capture[] {
  if (!answer.known) return [capture(`witness/${node}/session`, "kubectl exec", answer)];
  return [...answer.value.sections].map(([section, result]) =>
    capture(`witness/${node}/${section}`, commands[section.split("/").at(-1) ?? ""] ?? section, result),
  );
}

/** What a person would type on the Node to see the same. */
const commands: Readonly<Record<string, string>> = {
  pcap: "tcpdump -i any",
  trace: "nft monitor trace",
  chains: "nft -a list chain",
  kernel: "cat /sys/kernel/tracing/trace",
};
