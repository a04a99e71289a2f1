import type { Lab, Ran } from "./lab.ts";

const curl = ["curl", "-sS", "-o", "/dev/null"];

const curlAll = [
  ...curl,
  "--connect-timeout",
  "1.5",
  "--max-time",
  "3",
  "--parallel",
  "--parallel-immediate",
  "--fail-early",
];

/** Whether a client Pod gets an answer from every one of the URLs. */
export async function hears(lab: Lab, client: string, urls: readonly string[]): Promise<boolean> {
  const ran = await lab.tryPod(client, [...curlAll, ...urls]);
  return ran.ok;
}

/** Whether a client Pod gets an answer from every one of the URLs before some seconds are over: it asks again and again, in the Pod. */
export async function hearsSoon(lab: Lab, client: string, urls: readonly string[], seconds: number): Promise<boolean> {
  const again = `until ${curlAll.join(" ")} "$@"; do sleep 0.5; done`;
  return (await lab.tryPod(client, ["timeout", String(seconds), "sh", "-c", again, "sh", ...urls])).ok;
}

/** Until the command succeeds once, three times, one after the other: an outage of a moment is no fault. */
const thrice = 'for try in 1 2 3; do "$@" && exit; sleep 0.3; done; exit 1';

/** Rejects unless the command fails in the client Pod, each of three times. */
export async function alwaysFails(lab: Lab, client: string, argv: readonly string[]): Promise<void> {
  const ran = await lab.tryPod(client, ["sh", "-c", thrice, "sh", ...argv]);
  if (ran.ok) throw new Error(`nobody is hurt: ${client} could run ${argv.join(" ")}: ${ran.output}`);
  assertRan(ran, client);
}

/** Rejects unless the command succeeds in the client Pod: what the fault must not be blamed for. */
export async function works(lab: Lab, client: string, argv: readonly string[]): Promise<void> {
  const ran = await lab.tryPod(client, argv);
  if (!ran.ok) throw new Error(`${client} should be able to run ${argv.join(" ")}: ${ran.complaint}`);
}

/** Rejects unless an HTTP request from the client Pod fails, each of three times. */
export function cannotGet(lab: Lab, client: string, url: string): Promise<void> {
  return alwaysFails(lab, client, [...curl, "--connect-timeout", "1", "--max-time", "2", url]);
}

/** Rejects unless the client Pod gets no address for the name, each of three times. */
export function cannotResolve(lab: Lab, client: string, name: string): Promise<void> {
  return alwaysFails(lab, client, ["timeout", "2", "getent", "hosts", name]);
}

/** A kubectl that could not reach the Pod at all proves nothing about the Pod's network. */
function assertRan(ran: Ran, client: string): void {
  if (!ran.complaint.includes("command terminated with exit code")) {
    throw new Error(`could not run anything in ${client}: ${ran.complaint}`);
  }
}
