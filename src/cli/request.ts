import type { Request } from "../engine/obtain.ts";
import { durationFlag } from "./duration.ts";
import { UsageError } from "./errors.ts";
import { connectionOptions, type KubeFlagValues } from "./flags.ts";

/** The values of `runFlags` and `kubeFlags`. */
export interface RunFlagValues extends KubeFlagValues {
  readonly bundle?: string | undefined;
  readonly "api-only"?: boolean | undefined;
  readonly nodes?: string | undefined;
  readonly egress?: string[] | undefined;
  readonly "no-egress"?: boolean | undefined;
  readonly image: string;
  readonly "image-pull-policy": string;
  readonly "image-pull-secret"?: string | undefined;
  readonly "pod-timeout": string;
  readonly timeout: string;
  readonly quiet?: boolean | undefined;
}

/** What only the running command can give. */
export type Surroundings = Pick<Request, "onProgress" | "onNamespace" | "onLeft" | "signal">;

/** The flags of a run as the engine wants them. Throws UsageError. */
export function requestOf(flags: RunFlagValues, probes: boolean, surroundings: Surroundings): Request {
  const policy = flags["image-pull-policy"];
  return {
    bundle: flags.bundle ?? null,
    connection: connectionOptions(flags),
    apiOnly: flags["api-only"] === true,
    image: flags.image,
    pullPolicy: policy === "Always" || policy === "Never" ? policy : "IfNotPresent",
    pullSecret: flags["image-pull-secret"] ?? null,
    probes,
    limits: { nodePodMs: durationFlag("pod-timeout", flags["pod-timeout"]), probePodMs: 10_000 },
    egress: { targets: (flags.egress ?? []).map(egressTarget), off: flags["no-egress"] === true },
    nodes: (flags.nodes ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    ...surroundings,
  };
}

function egressTarget(text: string): { readonly ip: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|(\d{1,3}(?:\.\d{1,3}){3})):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const ip = match?.[1] ?? match?.[2];
  if (ip === undefined || port < 1 || port > 65535)
    throw new UsageError(`expected \`--egress\` to be an address and port like 192.0.2.1:443, got \`${text}\``);
  return { ip, port };
}
