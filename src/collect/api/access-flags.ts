import { resolve } from "node:path";
import { AccessError } from "./access-error.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import type { ClusterEntry, UserEntry } from "./kubeconfig.ts";
import { emptyUser } from "./kubeconfig.ts";

/**
 * The cluster with the flags laid over it (client-go tools/clientcmd, DirectClientConfig.getCluster): --certificate-authority and
 * --insecure-skip-tls-verify set aside what the kubeconfig says of both, --server sets aside its tls-server-name. Throws AccessError.
 */
export function withClusterFlags(cluster: ClusterEntry, options: ConnectionOptions): ClusterEntry {
  const authority = options.certificateAuthority ? resolve(options.certificateAuthority) : "";
  const insecure = options.insecureSkipTlsVerify === true;
  const replaced = authority !== "" || insecure;
  const laidOver: ClusterEntry = {
    ...cluster,
    server: serverUrl(options.server || cluster.server),
    "certificate-authority": replaced ? authority : cluster["certificate-authority"],
    "certificate-authority-data": replaced ? "" : cluster["certificate-authority-data"],
    "insecure-skip-tls-verify": replaced ? insecure : cluster["insecure-skip-tls-verify"],
    "tls-server-name": options.tlsServerName || (options.server ? "" : cluster["tls-server-name"]),
    "disable-compression": options.disableCompression === true || cluster["disable-compression"],
  };
  const trusted = laidOver["certificate-authority"] || laidOver["certificate-authority-data"];
  if (laidOver["insecure-skip-tls-verify"] && trusted !== "" && laidOver.server.startsWith("https:")) {
    throw new AccessError(
      "bad-kubeconfig",
      "the cluster has a certificate authority and insecure-skip-tls-verify at once",
      "Remove one of the two; kubectl refuses both as well.",
    );
  }
  return laidOver;
}

/** A server without a scheme is spoken to in plain HTTP (client-go rest, DefaultServerURL). */
function serverUrl(text: string): string {
  const server = (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || text === "" ? text : `http://${text}`).replace(/\/+$/, "");
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new AccessError(
      "bad-kubeconfig",
      text === "" ? "the cluster has no server" : `\`${text.replace(/\/\/[^/]*@/, "//")}\` is not the URL of a server`,
      "Set it in the kubeconfig, or with --server https://HOST:PORT.",
    );
  }
  return server.replace(/[?#].*$/, "").replace(/\/+$/, "");
}

/**
 * The user with the flags laid over it. As in client-go, plain HTTP carries no credentials, and a credential plugin is not started where
 * a token, a password or a client certificate is given. Throws AccessError.
 */
export function withUserFlags(user: UserEntry, { server }: ClusterEntry, options: ConnectionOptions): UserEntry {
  const token = options.token ?? "";
  const certificate = options.clientCertificate ? resolve(options.clientCertificate) : "";
  const key = options.clientKey ? resolve(options.clientKey) : "";
  const laidOver: UserEntry = {
    ...user,
    ...(token === "" ? {} : { token, tokenFile: "", username: "", password: "", "auth-provider": null }),
    ...(certificate === "" ? {} : { "client-certificate": certificate, "client-certificate-data": "" }),
    ...(key === "" ? {} : { "client-key": key, "client-key-data": "" }),
    ...impersonated(user, options),
  };
  const { as, "as-uid": uid, "as-groups": groups, "as-user-extra": extra } = laidOver;
  const usable = server.startsWith("http:")
    ? { ...emptyUser, as, "as-uid": uid, "as-groups": groups, "as-user-extra": extra }
    : laidOver;
  rejectWhatCannotWork(usable);
  return hasOwnCredentials(usable) ? { ...usable, exec: null } : usable;
}

function impersonated(user: UserEntry, options: ConnectionOptions): Partial<UserEntry> {
  const extra: Record<string, string[]> = {};
  for (const [key, value] of options.asUserExtra ?? []) {
    extra[key] = [...(extra[key] ?? []), value];
  }
  return {
    as: options.as || user.as,
    "as-uid": options.asUid || user["as-uid"],
    "as-groups": options.asGroups && options.asGroups.length > 0 ? [...options.asGroups] : user["as-groups"],
    "as-user-extra": { ...user["as-user-extra"], ...extra },
  };
}

const hasCertificate = (user: UserEntry): boolean =>
  user["client-certificate"] !== "" || user["client-certificate-data"] !== "";
const hasKey = (user: UserEntry): boolean => user["client-key"] !== "" || user["client-key-data"] !== "";
const hasToken = ({ token, tokenFile }: UserEntry): boolean => token !== "" || tokenFile !== "";
const hasPassword = ({ username, password }: UserEntry): boolean => username !== "" || password !== "";
const hasOwnCredentials = (user: UserEntry): boolean =>
  hasToken(user) || hasPassword(user) || (hasCertificate(user) && hasKey(user));

/** What kubectl refuses too (client-go tools/clientcmd, validateAuthInfo). */
function rejectWhatCannotWork(user: UserEntry): void {
  const extra = Object.keys(user["as-user-extra"] ?? {}).length > 0;
  if (user.as === "" && (user["as-uid"] !== "" || user["as-groups"].length > 0 || extra)) {
    throw wrong("impersonation of a group, UID or extra value without a user", "Add --as USER.");
  }
  if (user.token !== "" && hasPassword(user)) {
    throw wrong("the user has a token and a password at once", "Remove one of the two from the kubeconfig.");
  }
  if (hasCertificate(user) !== hasKey(user)) {
    const [there, missing] = hasCertificate(user) ? ["certificate", "key"] : ["key", "certificate"];
    throw wrong(`the user has a client ${there} and no client ${missing}`, `Add one with --client-${missing} FILE.`);
  }
  const provider = user["auth-provider"]?.name;
  if (provider !== undefined && provider !== "oidc") {
    const successors: Readonly<Record<string, string>> = {
      gcp: "Use gke-gcloud-auth-plugin: gcloud container clusters get-credentials CLUSTER",
      azure: "Use kubelogin: kubelogin convert-kubeconfig",
    };
    throw wrong(
      `the auth-provider \`${provider}\` is gone from Kubernetes`,
      successors[provider] ?? "Use a credential plugin (`exec` in the kubeconfig).",
    );
  }
}

const wrong = (message: string, hint: string): AccessError => new AccessError("bad-kubeconfig", message, hint);
