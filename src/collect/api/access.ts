import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { AccessError } from "./access-error.ts";
import { withClusterFlags, withUserFlags } from "./access-flags.ts";
import type { ConnectionOptions, Surroundings } from "./connection-options.ts";
import { processSurroundings } from "./connection-options.ts";
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from "./kubeconfig.ts";
import { emptyCluster, emptyUser } from "./kubeconfig.ts";
import { exists, readKubeconfigs } from "./kubeconfig-files.ts";
import { proxyFromEnvironment } from "./proxy.ts";

/** Which server, as whom, in which namespace: the kubeconfig with the flags laid over it. */
export interface Access {
  /** Name of the context; "" where none was used. */
  readonly context: string;
  readonly namespace: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
  /** URL of the proxy on the way, from the kubeconfig or the environment; "" = none. */
  readonly proxy: string;
  /** What credential plugins are given. */
  readonly env: Surroundings["env"];
}
type Configured = Pick<Access, "context" | "namespace" | "cluster" | "user">;

/** Finds server and credentials as kubectl does: flags, then kubeconfig files, then the Pod's service account. Throws AccessError. */
export async function findAccess(options: ConnectionOptions, surroundings: Surroundings): Promise<Access> {
  const configured = await findConfigured(options, surroundings);
  const { env } = surroundings;
  const cluster = withClusterFlags(configured.cluster, options);
  return {
    context: configured.context,
    namespace: options.namespace || configured.namespace || "default",
    cluster,
    user: withUserFlags(configured.user, cluster, options),
    proxy: cluster["proxy-url"] || proxyFromEnvironment(cluster.server, env),
    env,
  };
}

/** The namespace that kubectl would take for a name without one: the flag's, the context's, or "default". Asks no server and never throws. */
export async function defaultNamespace(
  options: ConnectionOptions,
  surroundings: Surroundings = processSurroundings(),
): Promise<string> {
  if (options.namespace) {
    return options.namespace;
  }
  try {
    return (await findConfigured({ ...options, onNote: undefined }, surroundings)).namespace || "default";
  } catch (cause) {
    if (cause instanceof AccessError) {
      return "default";
    }
    throw cause;
  }
}

async function findConfigured(options: ConnectionOptions, surroundings: Surroundings): Promise<Configured> {
  const kubeconfig = await readKubeconfigs(options, surroundings.env);
  const chosen =
    options.context || kubeconfig.currentContext || options.cluster || (options.server ? options.user : undefined);
  return chosen ? fromContext(kubeconfig, options) : withoutContext(kubeconfig, options, surroundings);
}

/** client-go looks for a Pod's service account where the kubeconfig chooses nothing. */
async function withoutContext(
  { contexts }: Kubeconfig,
  options: ConnectionOptions,
  surroundings: Surroundings,
): Promise<Configured> {
  const inPod = await serviceAccount(surroundings);
  if (inPod !== null) {
    return inPod;
  }
  // client-go's old default server, for programs that start without a kubeconfig.
  const server = options.server || surroundings.env.KUBERNETES_MASTER || "";
  if (server !== "") {
    return { context: "", namespace: "", cluster: { ...emptyCluster, server }, user: emptyUser };
  }
  if (contexts.size > 0) {
    throw noContext("", contexts);
  }
  throw new AccessError(
    "no-kubeconfig",
    "no kubeconfig was found",
    "Name one with --kubeconfig or in KUBECONFIG, or place it at ~/.kube/config.",
  );
}

async function serviceAccount({ env, serviceAccountDir }: Surroundings): Promise<Configured | null> {
  const [host, port] = [env.KUBERNETES_SERVICE_HOST ?? "", env.KUBERNETES_SERVICE_PORT ?? ""];
  const tokenFile = join(serviceAccountDir, "token");
  if (host === "" || port === "" || !(await exists(tokenFile))) {
    return null;
  }
  const namespace = env.POD_NAMESPACE || (await readFile(join(serviceAccountDir, "namespace"), "utf8").catch(() => ""));
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

function fromContext(kubeconfig: Kubeconfig, options: ConnectionOptions): Configured {
  const name = options.context || kubeconfig.currentContext;
  const context = name === "" ? nothingChosen : kubeconfig.contexts.get(name);
  if (context === undefined) {
    throw noContext(name, kubeconfig.contexts);
  }
  const clusterName = options.cluster || context.cluster;
  const userName = options.user || context.user;
  const cluster = kubeconfig.clusters.get(clusterName) ?? (options.server && !options.cluster ? emptyCluster : null);
  const withoutUser = userName === "" || (!options.user && (options.token || options.clientCertificate));
  const user = kubeconfig.users.get(userName) ?? (withoutUser ? emptyUser : null);
  if (cluster === null) {
    throw missingEntry("cluster", clusterName, options.cluster ? "" : name, kubeconfig.clusters);
  }
  if (user === null) {
    throw missingEntry("user", userName, options.user ? "" : name, kubeconfig.users);
  }
  return { context: name, namespace: context.namespace, cluster, user };
}

const nothingChosen: ContextEntry = { cluster: "", user: "", namespace: "" };

function noContext(name: string, contexts: Kubeconfig["contexts"]): AccessError {
  return new AccessError(
    "no-such-context",
    name === "" ? "the kubeconfig has no current context" : `the kubeconfig has no context \`${name}\``,
    contexts.size === 0
      ? "Choose a kubeconfig that has one: --kubeconfig."
      : `Choose one with --context: ${listed(contexts)}`,
  );
}

/** `context` is "" where a flag named the entry. */
function missingEntry(what: string, name: string, context: string, there: ReadonlyMap<string, unknown>): AccessError {
  return new AccessError(
    "bad-kubeconfig",
    context === ""
      ? `the kubeconfig has no ${what} \`${name}\``
      : `context \`${context}\` names the ${what} \`${name}\`, which the kubeconfig does not define`,
    `Choose ${context === "" ? "one" : `another context, or one of its ${what}s`} with --${what}: ${listed(there)}`,
  );
}

const listed = (entries: ReadonlyMap<string, unknown>): string =>
  [...entries.keys()].slice(0, 10).join(", ") || "there is none";
