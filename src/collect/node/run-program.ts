import { randomBytes } from "node:crypto";
import type { Capture } from "../../model/capture.ts";
import { type Learned, unknown } from "../../model/learned.ts";
import type { Connection } from "../api/connection.ts";
import { exec } from "../api/exec.ts";
import { parseFrames } from "./frames.ts";

export interface NodePodAddress {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
}
export interface ProgramOptions {
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Seconds one section or one try may take on the Node. */
  readonly limitSeconds: number;
}
export interface ProbeOptions extends ProgramOptions {
  /** How often a probe is sent until it succeeds. */
  readonly tries: number;
}

/** The UID of no Pod: an empty list of UIDs means all. */
const none = "-";

const maxBytes = 64 * 1024 * 1024;

/**
 * Everything netdoctor knows of a Node, in one exec: one capture a section, and `node/<node>/session` with the reason where that failed.
 * `podUids`: the Pods whose network namespaces are looked into; null = all.
 */
export async function readNode(
  connection: Connection,
  target: NodePodAddress,
  options: ProgramOptions,
  podUids: readonly string[] | null = null,
): Promise<readonly Capture[]> {
  const answer = await run(connection, target, "NETDOCTOR_NODE", podUids === null ? [] : [...podUids, none], options);
  const prefix = `node/${target.node}`;
  return captures(
    answer,
    options,
    `${prefix}/session`,
    (section) => `${prefix}/${section}`,
    (section) => commands[section.replace(/^netns\/\d+\//, "")] ?? section,
  );
}

/** Sends every probe of a Node in one exec; `words` are seven for each, the first of them its id in the answer. */
export async function sendProbes(
  connection: Connection,
  target: NodePodAddress,
  words: readonly (readonly string[])[],
  options: ProbeOptions,
): Promise<ReadonlyMap<string, Learned<string>>> {
  const sections = new Map<string, Learned<string>>();
  // A URL carries the words, and proxies cut long ones.
  for (const batch of batches(words, 12_000)) {
    const answer = await run(connection, target, "NETDOCTOR_PROBE", [String(options.tries), ...batch.flat()], options);
    if (!answer.known) {
      for (const [id = ""] of batch) sections.set(id, answer);
      continue;
    }
    for (const [id, text] of answer.value.sections) sections.set(id, text);
  }
  return sections;
}

function* batches(words: readonly (readonly string[])[], limit: number): Generator<readonly (readonly string[])[]> {
  let batch: (readonly string[])[] = [];
  let size = 0;
  for (const probe of words) {
    const length = probe.reduce((sum, word) => sum + encodeURIComponent(word).length + "&command=".length, 0);
    if (size + length > limit && batch.length > 0) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(probe);
    size += length;
  }
  if (batch.length > 0) yield batch;
}

async function run(
  connection: Connection,
  { namespace, pod }: NodePodAddress,
  program: "NETDOCTOR_NODE" | "NETDOCTOR_PROBE",
  words: readonly string[],
  { signal, limitSeconds }: ProgramOptions,
) {
  const nonce = randomBytes(12).toString("hex");
  // The program comes from the Pod's own environment; everything else is a word of argv. Every write of it would be a message through
  // runtime, kubelet and API server: dd makes few of them.
  const command = [
    "sh",
    "-c",
    `sh -c "$${program}" netdoctor "$@" | dd ibs=4096 obs=65536 2>/dev/null`,
    "netdoctor",
    nonce,
    String(limitSeconds),
    ...words,
  ];
  const answer = await exec(connection, { namespace, pod, container: "node", command }, { signal, maxBytes });
  if (!answer.known) return answer;
  const framed = parseFrames(answer.value.stdout, nonce);
  if (framed.sections.size === 0 && !framed.complete) {
    return unknown("failed", `exit code ${answer.value.exitCode}: ${answer.value.stderr.slice(0, 300)}`);
  }
  return { known: true, value: framed } as const;
}

function captures(
  answer: Awaited<ReturnType<typeof run>>,
  { now }: ProgramOptions,
  session: string,
  idOf: (section: string) => string,
  commandOf: (section: string) => string,
): readonly Capture[] {
  const takenAt = now().toISOString();
  if (!answer.known) return [{ id: session, command: "kubectl exec", takenAt, result: answer }];
  const sections = [...answer.value.sections].map(([section, result]) => ({
    id: idOf(section),
    command: commandOf(section),
    takenAt,
    result,
  }));
  return answer.value.complete
    ? sections
    : [
        ...sections,
        {
          id: session,
          command: "kubectl exec",
          takenAt,
          result: unknown("timed-out", "the node's answer ended early; later sections are missing"),
        },
      ];
}

/** What a person would type on the Node to see the same. */
const commands: Readonly<Record<string, string>> = {
  link: "ip -d link show",
  addr: "ip addr show",
  route4: "ip -4 route show table all",
  route6: "ip -6 route show table all",
  rule4: "ip -4 rule show",
  rule6: "ip -6 rule show",
  neigh: "ip neigh show",
  fdb: "bridge fdb show",
  qdisc: "tc qdisc show",
  "addr-at-start": "ip addr show",
  "iptables-nft": "iptables-nft-save -c",
  "iptables-legacy": "iptables-legacy-save -c",
  iptables: "iptables-save -c",
  nft: "nft list ruleset",
  sysctl: "sysctl -a --pattern ^net",
  "resolv-conf": "cat /etc/resolv.conf",
  "cni-conf": "ls -l /etc/cni/net.d",
  "cni-bin": "ls -l /opt/cni/bin",
};
