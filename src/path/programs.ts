import type { Link } from "../model/node.ts";
import type { Netns } from "./netns.ts";
import type { Trace } from "./trace.ts";

/** Where filters and eBPF programs hang that may drop what passes (tc-bpf(8)); the others only queue or, if full, drop by chance. */
const HOLDS_PROGRAMS = new Set(["clsact", "ingress"]);

/** Notes a device to which programs are attached that a walk does not evaluate: a suspect, if the packet does not arrive. */
export function notePrograms(trace: Trace, netns: Netns, device: Link): void {
  const found = netns.qdiscs.known
    ? netns.qdiscs.value.find((one) => one.device === device.name && HOLDS_PROGRAMS.has(one.kind))
    : undefined;
  if (
    found === undefined ||
    trace.programs.some(({ node, device: name }) => node === netns.node && name === device.name)
  )
    return;
  trace.programs.push({ node: netns.node, device: device.name, qdisc: found.kind });
}
