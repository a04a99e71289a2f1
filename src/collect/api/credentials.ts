import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Dispatcher } from "undici";
import type { Access } from "./access.ts";
import { readNamed } from "./access.ts";
import { AccessError } from "./access-error.ts";
import type { ClusterEntry, ExecEntry, UserEntry } from "./kubeconfig.ts";

/** Ready for requests: what to send with each, over which connections, and the same for websockets. */
export interface Authenticated {
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The impersonation part of `headers`, which client-node's websockets do not know of. */
  readonly impersonation: Readonly<Record<string, string | string[]>>;
  readonly dispatcher: Dispatcher;
  readonly config: KubeConfig;
}

export interface Credentials {
  /** Authenticates once for all callers; a token file is read again after a minute, as client-go does. */
  current(signal: AbortSignal): Promise<Authenticated>;
  /** After a 401: drops `stale` and authenticates anew, once for all who noticed. */
  renew(stale: Authenticated, signal: AbortSignal): Promise<Authenticated>;
  close(): Promise<void>;
}

const CONNECTIONS = 8;
const TOKEN_FILE_AGE_MS = 60_000;

export function credentialsFor(access: Access): Credentials {
  const made: Authenticated[] = [];
  let closed = false;
  let latest: Promise<Authenticated> | null = null;
  let since = 0;
  const start = (): Promise<Authenticated> => {
    since = Date.now();
    const next = authenticate(access);
    latest = next;
    next.then(
      // The one before may still carry requests; its idle connections end by themselves.
      (ready) => (closed ? void ready.dispatcher.destroy() : void made.push(ready)),
      () => {
        latest = latest === next ? null : latest;
      },
    );
    return next;
  };
  const ageing = access.user.tokenFile !== "";
  return {
    current: (signal) => {
      const fresh = latest !== null && !(ageing && Date.now() - since > TOKEN_FILE_AGE_MS);
      return within(signal, fresh && latest !== null ? latest : start());
    },
    renew: async (stale, signal) => {
      const before = latest;
      const held = before === null ? null : await within(signal, before).catch(() => null);
      const renewed = latest !== null && (latest !== before || held !== stale);
      return within(signal, renewed && latest !== null ? latest : start());
    },
    close: async () => {
      closed = true;
      await Promise.all(made.map(({ dispatcher }) => dispatcher.destroy()));
    },
  };
}

async function authenticate({ cluster, user }: Access): Promise<Authenticated> {
  const { HttpMethod, KubeConfig, RequestContext } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [await clusterForClient(cluster)],
    users: [await userForClient(user, cluster)],
    contexts: [{ name: "access", cluster: "cluster", user: "user" }],
    currentContext: "access",
  });
  const request = new RequestContext(cluster.server, HttpMethod.GET);
  try {
    await config.applySecurityAuthentication(request);
  } catch (cause) {
    throw authenticationFailed(cause, user);
  }
  const impersonation = impersonationHeaders(user);
  return {
    headers: { ...request.getHeaders(), ...impersonation },
    impersonation,
    // Through a proxy, client-node's dispatcher knows the way.
    dispatcher: (cluster["proxy-url"] === "" ? undefined : request.getDispatcher()) ?? (await pooled(config)),
    config,
  };
}

/** client-node's own dispatcher opens as many connections as it likes; this one has its TLS options and a bound. */
async function pooled(config: KubeConfig): Promise<Dispatcher> {
  const { Agent } = await import("undici");
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  return new Agent({
    connections: CONNECTIONS,
    connect: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
      ...(servername === undefined ? {} : { servername }),
    },
  });
}

async function clusterForClient(cluster: ClusterEntry): Promise<KubeConfig["clusters"][number]> {
  return {
    name: "cluster",
    server: cluster.server,
    caData: await base64Of(
      cluster["certificate-authority-data"],
      cluster["certificate-authority"],
      "certificate-authority",
    ),
    // client-node refuses plain HTTP (kubectl proxy) unless told that there is nothing to verify.
    skipTLSVerify: cluster["insecure-skip-tls-verify"] || cluster.server.startsWith("http://"),
    ...(cluster["tls-server-name"] === "" ? {} : { tlsServerName: cluster["tls-server-name"] }),
    ...(cluster["proxy-url"] === "" ? {} : { proxyUrl: cluster["proxy-url"] }),
  };
}

async function userForClient(user: UserEntry, cluster: ClusterEntry): Promise<KubeConfig["users"][number]> {
  const token = user.tokenFile === "" ? user.token : (await readNamed(user.tokenFile, "the token file")).trim();
  return {
    name: "user",
    certData: await base64Of(user["client-certificate-data"], user["client-certificate"], "client-certificate"),
    keyData: await base64Of(user["client-key-data"], user["client-key"], "client-key"),
    ...(token === "" ? {} : { token }),
    ...(user.username === "" ? {} : { username: user.username, password: user.password }),
    ...(user.exec ? { exec: execForClient(user.exec, cluster) } : {}),
    ...(user["auth-provider"] ? { authProvider: user["auth-provider"] } : {}),
  };
}

/** As in client-go, inline data beats a file. Files are read at each authentication, because they are rotated. */
async function base64Of(data: string, file: string, what: string): Promise<string> {
  return data !== "" || file === "" ? data : Buffer.from(await readNamed(file, what), "utf8").toString("base64");
}

/** client-node does not tell plugins the API version and cluster that client-go passes in KUBERNETES_EXEC_INFO. */
function execForClient(exec: ExecEntry, cluster: ClusterEntry): ExecEntry {
  const about = {
    server: cluster.server,
    "tls-server-name": cluster["tls-server-name"] || undefined,
    "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"] || undefined,
    "certificate-authority-data": cluster["certificate-authority-data"] || undefined,
    "proxy-url": cluster["proxy-url"] || undefined,
  };
  const info = {
    apiVersion: exec.apiVersion,
    kind: "ExecCredential",
    spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster: about } : {}) },
  };
  return { ...exec, env: [...exec.env, { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }] };
}

/** Impersonation headers as client-go sends them (transport/round_trippers.go); groups are repeated, extra keys are escaped. */
function impersonationHeaders(user: UserEntry): Record<string, string | string[]> {
  const extra = Object.entries(user["as-user-extra"] ?? {}).map(([key, values]): [string, string[]] => [
    `Impersonate-Extra-${encodeURIComponent(key)}`,
    values,
  ]);
  return {
    ...(user.as === "" ? {} : { "Impersonate-User": user.as }),
    ...(user["as-uid"] === "" ? {} : { "Impersonate-Uid": user["as-uid"] }),
    ...(user["as-groups"].length === 0 ? {} : { "Impersonate-Group": user["as-groups"] }),
    ...Object.fromEntries(extra),
  };
}

function authenticationFailed(cause: unknown, { exec }: UserEntry): AccessError {
  if (cause instanceof AccessError) {
    return cause;
  }
  const message =
    cause instanceof Error ? cause.message.trim().split("\n").slice(-1).join("").slice(0, 300) : String(cause);
  if (!exec) {
    return new AccessError("bad-kubeconfig", `the credentials cannot be used: ${message}`, "Renew the kubeconfig.");
  }
  const absent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  return new AccessError(
    "unauthorized",
    absent
      ? `the credential plugin \`${exec.command}\` is not installed`
      : `the credential plugin \`${exec.command}\` failed: ${message}`,
    exec.installHint.trim() || "Log in again, and see that `kubectl get nodes` works in this terminal.",
  );
}

/** Waits no longer than the signal allows, without stopping what others may also wait for. */
async function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
