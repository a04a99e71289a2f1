import * as Flags from "@oclif/core/flags";
import { runOptions } from "../engine/obtain.ts";
import type { TraceRequest } from "../engine/trace/trace.ts";
import { durationFlag } from "./duration.ts";
import { UsageError } from "./errors.ts";
import { runFlags } from "./flags.ts";
import { type RunFlagValues, requestOf, type Surroundings } from "./request.ts";
import { traceFormats } from "./trace-renderings.ts";

const { nodes: _nodes, egress: _egress, "no-egress": _noEgress, ...podFlags } = runFlags;

/** What may be asked of a trace. */
export const traceFlags = {
  output: Flags.string({ char: "o", description: "form of the answer", options: [...traceFormats], default: "table" }),
  port: Flags.integer({
    char: "p",
    description: "port to trace to (default: what the target serves)",
    min: 1,
    max: 65_535,
    helpValue: "PORT",
  }),
  protocol: Flags.string({
    description: "tcp, udp, icmp or sctp (default: the port's, else tcp)",
    options: ["tcp", "udp", "icmp", "sctp"],
    helpValue: "PROTOCOL",
  }),
  family: Flags.string({
    description: "4 or 6 (default: that of the target's first address)",
    options: ["4", "6"],
    helpValue: "FAMILY",
  }),
  keep: Flags.string({
    description: "leave the node Pods for later traces, which are faster then; cleanup deletes them",
    helpValue: "DURATION",
  }),
  witness: Flags.boolean({
    description: "follow one packet with captures and the kernel's rule trace (default: when a packet fails)",
    allowNo: true,
  }),
  save: Flags.string({ description: "also write what was read to a bundle", helpValue: "FILE" }),
  "dry-run": Flags.boolean({ description: "print every object that would be created, and create none" }),
  ...podFlags,
} as const;

export interface TraceFlagValues extends RunFlagValues {
  readonly port?: number | undefined;
  readonly protocol?: string | undefined;
  readonly family?: string | undefined;
  readonly keep?: string | undefined;
  readonly witness?: boolean | undefined;
}
/** What only the running command can give. */
export interface TraceSurroundings extends Surroundings, Pick<TraceRequest, "onWitness"> {}

const longestKeepMs = 4 * 3_600_000;

/** The flags of a trace as the engine wants them. Throws UsageError. */
export function traceRequestOf(
  flags: TraceFlagValues,
  ends: { readonly from: string | undefined; readonly to: string | undefined },
  surroundings: TraceSurroundings,
): TraceRequest {
  const request = requestOf(flags, false, surroundings);
  const keepMs = flags.keep === undefined ? null : durationFlag("keep", flags.keep);
  if (keepMs !== null && keepMs > longestKeepMs)
    throw new UsageError(`expected \`--keep\` to be at most 4h: the Pods are privileged; got \`${flags.keep}\``);
  return {
    bundle: request.bundle,
    connection: request.connection,
    asked: {
      from: ends.from ?? null,
      to: ends.to ?? null,
      namespace: flags.namespace ?? null,
      port: flags.port ?? null,
      protocol: protocolOf(flags.protocol),
      family: flags.family === undefined ? null : flags.family === "6" ? "IPv6" : "IPv4",
    },
    pods: request.apiOnly ? null : runOptions(request),
    keepMs,
    witness: flags.witness === undefined ? "on-failure" : flags.witness ? "always" : "never",
    limits: request.limits,
    now: () => new Date(),
    ...surroundings,
  };
}

/** The flag's options are these words; anything else was refused when it was parsed. */
function protocolOf(text: string | undefined) {
  return text === "tcp" || text === "udp" || text === "icmp" || text === "sctp" ? text : null;
}
