import type { Lab } from "./lab.ts";
import { setUpWorkload } from "./workload.ts";

/** Runs a Node's program inside the network namespace of that Node's client Pod, as root: what no container there may do. */
export async function inClient(lab: Lab, node: string, argv: readonly string[]): Promise<string> {
  const netns = await lab.tryPod(`client-${node}`, ["readlink", "/proc/self/ns/net"]);
  const find = 'cd /proc; for p in [0-9]*; do [ "$(readlink "$p/ns/net")" = "$0" ] && { echo "$p"; break; }; done';
  const pid = await lab.node(node, ["sh", "-c", find, netns.output]);
  if (pid === "") throw new Error(`no process of client-${node} on ${node}: ${netns.complaint}`);
  return await lab.node(node, ["nsenter", "-t", pid, "-n", ...argv]);
}

/** The name on its Node of the other end of a client Pod's eth0. */
export async function clientVeth(lab: Lab, node: string): Promise<string> {
  const index = await lab.tryPod(`client-${node}`, ["cat", "/sys/class/net/eth0/iflink"]);
  const devices = await lab.node(node, ["ip", "-oneline", "link", "show"]);
  const device = devices.split("\n").find((line) => line.startsWith(`${index.output}: `));
  const name = device?.split(/[:@ ]+/)[1];
  if (name === undefined) throw new Error(`no device ${index.output} on ${node}: ${index.complaint}`);
  return name;
}

/** Makes a client Pod anew, with a network namespace that nobody has touched. */
export async function renewClient(lab: Lab, node: string): Promise<void> {
  await lab.kubectl(["-n", "shop", "delete", "pod", `client-${node}`, "--timeout=60s"]);
  await setUpWorkload(lab);
}

export async function podAddress(lab: Lab, pod: string): Promise<string> {
  return await lab.kubectl(["-n", "shop", "get", "pod", pod, "-o", "jsonpath={.status.podIP}"]);
}
