import type { Flow, ProbeResult } from "../../../src/model/flow.ts";
import { known } from "../../../src/model/learned.ts";
import { readProbe } from "../../../src/read/probe/probe-result.ts";

/** A flow between two Pods, with what differs. */
export function flowOf(different: Partial<Flow> = {}): Flow {
  const pod = (name: string, node: string, ip: string) =>
    ({ kind: "Pod", namespace: "shop", name, node, ip, hostNetwork: false }) as const;
  return {
    id: "pod-to-pod a to b",
    purpose: "pod-to-pod",
    from: pod("a", "node1", "10.244.1.2"),
    to: pod("b", "node2", "10.244.2.3"),
    protocol: "tcp",
    port: 8080,
    packetBytes: null,
    dns: null,
    ...different,
  };
}

/** What a probe's lines say; a test whose lines are unreadable is wrong. */
export function resultOf(flow: Flow, ...lines: readonly string[]): ProbeResult {
  const learned = readProbe(flow, known(`${lines.join("\n")}\n`));
  if (!learned.known) throw new Error(learned.detail);
  return learned.value;
}
