import { spawn } from "node:child_process";
import { basename } from "node:path";
import * as v from "valibot";
import { AccessError } from "./access-error.ts";
import type { ClusterEntry, ExecEntry } from "./kubeconfig.ts";

/** What a credential plugin gave: a token, a client certificate with its key, or both; "" where there is none. */
export interface PluginCredential {
  readonly token: string;
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  /** Milliseconds since 1970; null = as long as the process lives. */
  readonly expiresAt: number | null;
}
export interface PluginContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cluster: ClusterEntry;
  /** The cluster's certificate authority, whether the kubeconfig has it inline or in a file; "" = none. */
  readonly authority: string;
  /** Ends the plugin. */
  readonly signal: AbortSignal;
}

const VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
const CLUSTER_CONFIG = "client.authentication.k8s.io/exec";
const OUTPUT_BYTES = 1024 * 1024;
const ANY_CONTROL = /[\p{Cc}\p{Cf}]+/gu;

/**
 * Starts a credential plugin as kubectl does: without a shell, told about the cluster in KUBERNETES_EXEC_INFO, with the person's stdin only
 * where both sides agree to talk, its stderr passed on as it comes (it may hold a login URL). Throws AccessError.
 * Kubernetes documentation: client-go credential plugins.
 */
export async function runPlugin(exec: ExecEntry, context: PluginContext): Promise<PluginCredential> {
  const interactive = isInteractive(exec);
  if (!VERSIONS.includes(exec.apiVersion)) {
    const version = exec.apiVersion === "" ? "no apiVersion" : `apiVersion ${exec.apiVersion}`;
    throw refused(
      `the credential plugin \`${exec.command}\` has ${version} in the kubeconfig`,
      `Set it to ${VERSIONS[0]}, or write the kubeconfig anew with the cluster's own tool.`,
    );
  }
  const { stdout, code, complaint } = await started(exec, interactive, context);
  if (code !== 0) {
    const why = complaint === "" ? `ended with exit code ${code}` : `failed: ${complaint}`;
    throw refused(
      `the credential plugin \`${basename(exec.command)}\` ${why}`,
      hintOf(exec, "Run it by hand, or log in again."),
    );
  }
  return credentialOf(stdout, exec);
}

const stdinIsTerminal = (): boolean => process.stdin.isTTY === true;

function isInteractive({ interactiveMode, command }: ExecEntry): boolean {
  if (interactiveMode === "Always" && !stdinIsTerminal()) {
    throw refused(
      `the credential plugin \`${command}\` wants to ask (interactiveMode Always), and standard input is no terminal`,
      "Run it from a terminal, or log in with the plugin's own tool first.",
    );
  }
  return interactiveMode !== "Never" && stdinIsTerminal();
}

interface Ended {
  readonly stdout: string;
  readonly code: number | string;
  /** The last line of stderr. */
  readonly complaint: string;
}

function started(
  exec: ExecEntry,
  interactive: boolean,
  { env, cluster, authority, signal }: PluginContext,
): Promise<Ended> {
  const info = {
    apiVersion: exec.apiVersion,
    kind: "ExecCredential",
    spec: { ...(exec.provideClusterInfo ? { cluster: clusterInfo(cluster, authority) } : {}), interactive },
  };
  const own = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
  return new Promise((settle, fail) => {
    const child = spawn(exec.command, exec.args, {
      env: { ...env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      stdio: [interactive ? "inherit" : "ignore", "pipe", "pipe"],
      signal,
      windowsHide: true,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout = (stdout + text).slice(0, OUTPUT_BYTES);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      process.stderr.write(text);
      stderr = (stderr + text).slice(-OUTPUT_BYTES);
    });
    child.on("error", (cause) => fail(notStarted(cause, exec)));
    child.on("close", (code, ending) => {
      const complaint = stderr.trim().split("\n").at(-1) ?? "";
      settle({ stdout, code: code ?? ending ?? "", complaint: complaint.replace(ANY_CONTROL, " ").slice(0, 300) });
    });
  });
}

/** As client-go writes it (client.authentication.k8s.io Cluster), the extension that is meant for the plugin included. */
function clusterInfo(cluster: ClusterEntry, authority: string): object {
  const insecure = cluster["insecure-skip-tls-verify"];
  return {
    server: cluster.server,
    "tls-server-name": cluster["tls-server-name"] || undefined,
    "insecure-skip-tls-verify": insecure || undefined,
    "certificate-authority-data":
      authority === "" || insecure ? undefined : Buffer.from(authority, "utf8").toString("base64"),
    "proxy-url": cluster["proxy-url"] || undefined,
    "disable-compression": cluster["disable-compression"] || undefined,
    config: cluster.extensions.find(({ name }) => name === CLUSTER_CONFIG)?.extension,
  };
}

function notStarted(cause: Error, exec: ExecEntry): AccessError {
  const code = "code" in cause ? String(cause.code) : cause.name;
  return code === "ENOENT"
    ? refused(
        `the credential plugin \`${exec.command}\` of the kubeconfig is not installed`,
        hintOf(exec, "Install it, or put it on PATH."),
      )
    : refused(
        `the credential plugin \`${exec.command}\` cannot be started (${code})`,
        hintOf(exec, "Check the file's rights."),
      );
}

function hintOf({ installHint }: ExecEntry, otherwise: string): string {
  const hint = installHint
    .split("\n")
    .map((line) => line.replace(ANY_CONTROL, " ").trim())
    .filter((line) => line !== "");
  return hint.length === 0 ? otherwise : hint.join(" ");
}

const text = v.optional(v.nullable(v.string(), ""), "");
const answerSchema = v.object({
  apiVersion: text,
  status: v.object({
    token: text,
    clientCertificateData: text,
    clientKeyData: text,
    expirationTimestamp: text,
  }),
});

function credentialOf(stdout: string, { command, apiVersion }: ExecEntry): PluginCredential {
  const answer = v.safeParse(answerSchema, jsonOrNull(stdout));
  const name = basename(command);
  if (!answer.success) {
    throw refused(
      `the credential plugin \`${name}\` printed no ExecCredential with a status`,
      "Run it by hand to see.",
    );
  }
  const { status, apiVersion: answered } = answer.output;
  if (answered !== apiVersion) {
    throw refused(
      `the credential plugin \`${name}\` answered in version \`${answered}\`, the kubeconfig asks for ${apiVersion}`,
      "Update the plugin, or write the kubeconfig anew with the cluster's own tool.",
    );
  }
  const { token, clientCertificateData: certificate, clientKeyData: key } = status;
  if ((token === "" && certificate === "") || (certificate === "") !== (key === "")) {
    throw refused(
      `the credential plugin \`${name}\` gave neither a token nor a certificate with its key`,
      "Log in again.",
    );
  }
  const expiresAt = Date.parse(status.expirationTimestamp);
  return { token, certificate, key, expiresAt: Number.isNaN(expiresAt) ? null : expiresAt };
}

function jsonOrNull(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

const refused = (message: string, hint: string): AccessError => new AccessError("unauthorized", message, hint);
