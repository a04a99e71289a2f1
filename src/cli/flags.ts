import * as Flags from "@oclif/core/flags";
import type { ConnectionOptions } from "../collect/api/connection-options.ts";
import { durationFlag } from "./duration.ts";
import { UsageError } from "./errors.ts";

/** kubectl's connection flags with kubectl's meaning; kubectl-arguments.ts knows kubectl's other spellings of them. */
export const kubeFlags = {
  kubeconfig: Flags.string({ description: "path to the kubeconfig file", helpGroup: "CONNECTION", helpValue: "FILE" }),
  context: Flags.string({ description: "kubeconfig context to use", helpGroup: "CONNECTION", helpValue: "NAME" }),
  cluster: Flags.string({ description: "kubeconfig cluster to use", helpGroup: "CONNECTION", helpValue: "NAME" }),
  user: Flags.string({ description: "kubeconfig user to use", helpGroup: "CONNECTION", helpValue: "NAME" }),
  namespace: Flags.string({
    char: "n",
    description: "namespace of names without one, and where to look without the right to list the whole cluster",
    helpGroup: "CONNECTION",
    helpValue: "NAME",
  }),
  server: Flags.string({
    char: "s",
    description: "address of the API server",
    helpGroup: "CONNECTION",
    helpValue: "URL",
  }),
  token: Flags.string({ description: "bearer token", helpGroup: "CONNECTION", helpValue: "TOKEN" }),
  as: Flags.string({ description: "user to impersonate", helpGroup: "CONNECTION", helpValue: "USER" }),
  "as-group": Flags.string({
    description: "group to impersonate; may be repeated",
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: "CONNECTION",
    helpValue: "GROUP",
  }),
  "as-uid": Flags.string({ description: "UID to impersonate", helpGroup: "CONNECTION", helpValue: "UID" }),
  "as-user-extra": Flags.string({
    description: "extra value to impersonate, as KEY=VALUE; may be repeated",
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: "CONNECTION",
    helpValue: "KEY=VALUE",
  }),
  "certificate-authority": Flags.string({
    description: "CA file of the API server",
    helpGroup: "CONNECTION",
    helpValue: "FILE",
  }),
  "client-certificate": Flags.string({
    description: "client certificate file",
    helpGroup: "CONNECTION",
    helpValue: "FILE",
  }),
  "client-key": Flags.string({ description: "client key file", helpGroup: "CONNECTION", helpValue: "FILE" }),
  "insecure-skip-tls-verify": Flags.boolean({
    description: "do not verify the API server's certificate",
    helpGroup: "CONNECTION",
  }),
  "tls-server-name": Flags.string({
    description: "name to verify the API server's certificate against",
    helpGroup: "CONNECTION",
    helpValue: "NAME",
  }),
  "request-timeout": Flags.string({
    description: "limit for one API request, such as 30s or 2m; 0 = none (default: 60s)",
    helpGroup: "CONNECTION",
    helpValue: "DURATION",
  }),
  "disable-compression": Flags.boolean({
    description: "do not ask for compressed answers",
    helpGroup: "CONNECTION",
  }),
  verbose: Flags.integer({
    char: "v",
    description: "1: more about errors of netdoctor itself; 6: every request, on stderr",
    min: 0,
    helpGroup: "CONNECTION",
    helpValue: "LEVEL",
  }),
} as const;

/** For commands that look at the whole cluster; kubectl users type it. */
export const allNamespacesFlag = {
  "all-namespaces": Flags.boolean({
    char: "A",
    description: "look at all namespaces, as is done without -n too",
  }),
} as const;

/** What a run may do in the cluster. */
export const runFlags = {
  bundle: Flags.string({
    description: "examine a bundle instead of a cluster (kubectl netdoctor collect)",
    helpValue: "FILE",
  }),
  "api-only": Flags.boolean({ description: "create no Pod: read the API only" }),
  nodes: Flags.string({ description: "Nodes to examine, comma-separated (default: all)", helpValue: "NAMES" }),
  egress: Flags.string({
    description: "address to try from Pods, as IP:PORT; may be repeated (default: the Nodes' DNS servers)",
    multiple: true,
    helpValue: "IP:PORT",
  }),
  "no-egress": Flags.boolean({ description: "send nothing out of the cluster" }),
  image: Flags.string({
    description: "image of the run's Pods",
    default: "nicolaka/netshoot:v0.14",
    env: "NETDOCTOR_IMAGE",
    helpGroup: "PODS",
    helpValue: "IMAGE",
  }),
  "image-pull-policy": Flags.string({
    description: "when to pull it",
    options: ["IfNotPresent", "Always", "Never"],
    default: "IfNotPresent",
    helpGroup: "PODS",
  }),
  "image-pull-secret": Flags.string({ description: "Secret to pull it with", helpGroup: "PODS", helpValue: "NAME" }),
  "pod-timeout": Flags.string({
    description: "how long the run's Pods may take to start",
    default: "60s",
    helpGroup: "PODS",
    helpValue: "DURATION",
  }),
  timeout: Flags.string({ description: "limit for the whole run", default: "5m", helpValue: "DURATION" }),
  quiet: Flags.boolean({ char: "q", description: "no progress on stderr" }),
} as const;

export interface KubeFlagValues {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly "all-namespaces"?: boolean | undefined;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly as?: string | undefined;
  readonly "as-group"?: string[] | undefined;
  readonly "as-uid"?: string | undefined;
  readonly "as-user-extra"?: string[] | undefined;
  readonly "certificate-authority"?: string | undefined;
  readonly "client-certificate"?: string | undefined;
  readonly "client-key"?: string | undefined;
  readonly "insecure-skip-tls-verify"?: boolean | undefined;
  readonly "tls-server-name"?: string | undefined;
  readonly "request-timeout"?: string | undefined;
  readonly "disable-compression"?: boolean | undefined;
  readonly verbose?: number | undefined;
}

/** The connection that the flags ask for. Throws UsageError. With -v 6 and above, requests are told on stderr. */
export function connectionOptions(flags: KubeFlagValues): ConnectionOptions {
  return {
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    cluster: flags.cluster,
    user: flags.user,
    namespace: flags["all-namespaces"] === true ? undefined : flags.namespace,
    server: flags.server,
    token: flags.token,
    as: flags.as,
    asGroups: flags["as-group"],
    asUid: flags["as-uid"],
    asUserExtra: flags["as-user-extra"]?.map(keyAndValue),
    certificateAuthority: flags["certificate-authority"],
    clientCertificate: flags["client-certificate"],
    clientKey: flags["client-key"],
    insecureSkipTlsVerify: flags["insecure-skip-tls-verify"],
    tlsServerName: flags["tls-server-name"],
    disableCompression: flags["disable-compression"],
    requestTimeoutMs: requestTimeout(flags["request-timeout"]),
    onNote: (flags.verbose ?? 0) >= requestsShown ? noteOnStderr : undefined,
  };
}

/** As in kubectl: level 6 shows URLs. */
const requestsShown = 6;

/** A line of its own; control characters are of the cluster's making. */
function noteOnStderr(line: string): void {
  process.stderr.write(`${line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd")}\n`);
}

/** kubectl's durations (client-go tools/clientcmd ParseTimeout): a bare number is seconds, 0 is no limit. */
function requestTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^0(ms|s|m|h)?$/.test(text)) return 0;
  return durationFlag("request-timeout", /^\d+$/.test(text) ? `${text}s` : text);
}

function keyAndValue(text: string): readonly [key: string, value: string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new UsageError(`expected \`--as-user-extra\` to be KEY=VALUE, got \`${text}\``);
  return [text.slice(0, at), text.slice(at + 1)];
}
