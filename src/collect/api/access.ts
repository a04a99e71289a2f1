import { readFile, stat } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { AccessError } from "./access-error.ts";
import type { ConnectionOptions, Surroundings } from "./connection-options.ts";
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from "./kubeconfig.ts";
import { emptyCluster, emptyUser, mergeKubeconfigs, parseKubeconfig } from "./kubeconfig.ts";
import { proxyFromEnvironment } from "./proxy.ts";

/** Which server, as whom, in which namespace: the kubeconfig with the flags laid over it. */
export interface Access {
  /** Name of the context; "" where none was used. */
  readonly context: string;
  readonly namespace: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
}

/** Finds server and credentials as kubectl does: flags, then kubeconfig files, then the Pod's service account. Throws AccessError. */
export async function findAccess(options: ConnectionOptions, surroundings: Surroundings): Promise<Access> {
  const kubeconfig = await readKubeconfigs(options, surroundings.env);
  const configured =
    kubeconfig.clusters.size === 0 && kubeconfig.contexts.size === 0 && !options.context && !options.cluster
      ? await withoutKubeconfig(options, surroundings)
      : fromContext(kubeconfig, options);
  const cluster = withClusterFlags(configured.cluster, options, surroundings.env);
  const user = withUserFlags(configured.user, options);
  rejectWhatCannotWork(cluster, user);
  return {
    context: configured.context,
    namespace: options.namespace || configured.namespace || "default",
    cluster,
    user,
  };
}

async function readKubeconfigs(options: ConnectionOptions, env: Surroundings["env"]): Promise<Kubeconfig> {
  if (options.kubeconfig) {
    const file = resolve(options.kubeconfig);
    return parseKubeconfig(await readNamed(file, "the kubeconfig"), file);
  }
  const home = env.HOME || env.USERPROFILE || "";
  const paths = env.KUBECONFIG ? env.KUBECONFIG.split(delimiter) : home === "" ? [] : [join(home, ".kube", "config")];
  const present = await Promise.all(
    paths.filter((path) => path !== "").map(async (path) => ((await exists(path)) ? resolve(path) : null)),
  );
  const files = present.filter((path) => path !== null);
  return mergeKubeconfigs(
    await Promise.all(files.map(async (file) => parseKubeconfig(await readNamed(file, "the kubeconfig"), file))),
  );
}

/** Reads a file that the user or the kubeconfig names; what goes wrong is said with the file's name. */
export async function readNamed(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const problem = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw new AccessError(
      what === "the kubeconfig" && code === "ENOENT" ? "no-kubeconfig" : "bad-kubeconfig",
      `${what} ${file} ${problem}`,
      "Check the path given with --kubeconfig, in KUBECONFIG, or in the kubeconfig.",
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function withoutKubeconfig(
  options: ConnectionOptions,
  { env, serviceAccountDir }: Surroundings,
): Promise<Access> {
  if (options.server) {
    return { context: "", namespace: "", cluster: { ...emptyCluster, server: options.server }, user: emptyUser };
  }
  const host = env.KUBERNETES_SERVICE_HOST ?? "";
  const tokenFile = join(serviceAccountDir, "token");
  if (host === "" || !(await exists(tokenFile))) {
    throw new AccessError(
      "no-kubeconfig",
      "no kubeconfig was found",
      "Name one with --kubeconfig or in KUBECONFIG, or place it at ~/.kube/config.",
    );
  }
  const namespace = await readFile(join(serviceAccountDir, "namespace"), "utf8").catch(() => "");
  const port = env.KUBERNETES_SERVICE_PORT || "443";
  return {
    context: "",
    namespace: namespace.trim(),
    cluster: {
      ...emptyCluster,
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      "certificate-authority": join(serviceAccountDir, "ca.crt"),
    },
    user: { ...emptyUser, tokenFile },
  };
}

function fromContext(kubeconfig: Kubeconfig, options: ConnectionOptions): Access {
  const name = options.context || kubeconfig.currentContext;
  const context = kubeconfig.contexts.get(name) ?? contextFromFlags(name, kubeconfig, options);
  const clusterName = options.cluster || context.cluster;
  const userName = options.user || context.user;
  const cluster = kubeconfig.clusters.get(clusterName) ?? (options.server ? emptyCluster : null);
  const user = kubeconfig.users.get(userName) ?? (userName === "" ? emptyUser : null);
  if (cluster === null) {
    throw missingEntry("cluster", clusterName, name, kubeconfig.clusters);
  }
  if (user === null) {
    throw missingEntry("user", userName, name, kubeconfig.users);
  }
  return { context: name, namespace: context.namespace, cluster, user };
}

function contextFromFlags(name: string, { contexts }: Kubeconfig, options: ConnectionOptions): ContextEntry {
  if (name === "" && (options.cluster || options.server)) {
    return { cluster: "", user: "", namespace: "" };
  }
  throw new AccessError(
    "no-such-context",
    name === "" ? "the kubeconfig has no current context" : `the kubeconfig has no context \`${name}\``,
    contexts.size === 0
      ? "Choose a kubeconfig that has one: --kubeconfig."
      : `Choose one with --context: ${[...contexts.keys()].slice(0, 10).join(", ")}`,
  );
}

function missingEntry(what: string, name: string, context: string, there: ReadonlyMap<string, unknown>): AccessError {
  return new AccessError(
    "bad-kubeconfig",
    `context \`${context}\` names the ${what} \`${name}\`, which the kubeconfig does not define`,
    `Choose another context, or one of its ${what}s with --${what}: ${[...there.keys()].slice(0, 10).join(", ") || "none"}`,
  );
}

function withClusterFlags(cluster: ClusterEntry, options: ConnectionOptions, env: Surroundings["env"]): ClusterEntry {
  const server = (options.server || cluster.server).replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]/.test(server) || !URL.canParse(server)) {
    throw new AccessError(
      "bad-kubeconfig",
      server === "" ? "the cluster has no server" : `\`${server}\` is not the URL of a server`,
      "Set it in the kubeconfig, or with --server https://HOST:PORT.",
    );
  }
  const insecure = options.insecureSkipTlsVerify ?? cluster["insecure-skip-tls-verify"];
  const ownAuthority = options.certificateAuthority ? resolve(options.certificateAuthority) : "";
  // As in kubectl, each of these flags sets aside the kubeconfig's own authority.
  const replaced = ownAuthority !== "" || options.insecureSkipTlsVerify === true;
  return {
    server,
    "certificate-authority": replaced ? ownAuthority : cluster["certificate-authority"],
    "certificate-authority-data": replaced ? "" : cluster["certificate-authority-data"],
    "insecure-skip-tls-verify": insecure,
    "tls-server-name": options.tlsServerName || cluster["tls-server-name"],
    "proxy-url": cluster["proxy-url"] || proxyFromEnvironment(server, env),
  };
}

function withUserFlags(user: UserEntry, options: ConnectionOptions): UserEntry {
  const token = options.token ?? "";
  const certificate = options.clientCertificate ? resolve(options.clientCertificate) : "";
  const key = options.clientKey ? resolve(options.clientKey) : "";
  return {
    ...user,
    token: token || user.token,
    tokenFile: token === "" ? user.tokenFile : "",
    exec: token === "" ? user.exec : null,
    "auth-provider": token === "" ? user["auth-provider"] : null,
    "client-certificate": certificate || user["client-certificate"],
    "client-certificate-data": certificate === "" ? user["client-certificate-data"] : "",
    "client-key": key || user["client-key"],
    "client-key-data": key === "" ? user["client-key-data"] : "",
    as: options.as || user.as,
    "as-uid": options.asUid || user["as-uid"],
    "as-groups": options.asGroups && options.asGroups.length > 0 ? [...options.asGroups] : user["as-groups"],
  };
}

function rejectWhatCannotWork(cluster: ClusterEntry, user: UserEntry): void {
  const authority = cluster["certificate-authority"] || cluster["certificate-authority-data"];
  if (cluster["insecure-skip-tls-verify"] && authority !== "") {
    throw new AccessError(
      "bad-kubeconfig",
      "the cluster has a certificate authority and insecure-skip-tls-verify at once",
      "Remove one of the two from the kubeconfig; kubectl refuses both as well.",
    );
  }
  const extra = Object.keys(user["as-user-extra"] ?? {}).length > 0;
  if (user.as === "" && (user["as-uid"] !== "" || user["as-groups"].length > 0 || extra)) {
    throw new AccessError("bad-kubeconfig", "impersonation of a group or UID without a user", "Add --as USER.");
  }
  const provider = user["auth-provider"]?.name;
  if (provider === "gcp" || provider === "azure") {
    throw new AccessError(
      "bad-kubeconfig",
      `the auth-provider \`${provider}\` is gone from Kubernetes since 1.26`,
      provider === "gcp"
        ? "Use gke-gcloud-auth-plugin: gcloud container clusters get-credentials CLUSTER"
        : "Use kubelogin: kubelogin convert-kubeconfig",
    );
  }
}
