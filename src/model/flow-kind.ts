import type { FlowResult } from "./flow.ts";

/** "TCP port 80", "ping", "DNS over UDP", "large packets" */
export function flowKind({ flow }: FlowResult): string {
  if (flow.purpose === "path-mtu") return "large packets";
  if (flow.dns !== null) return `DNS over ${flow.protocol.toUpperCase()}`;
  if (flow.protocol === "icmp") return "ping";
  return `${flow.protocol.toUpperCase()}${flow.port === null ? "" : ` port ${flow.port}`}`;
}
