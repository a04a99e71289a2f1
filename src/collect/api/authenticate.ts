import type { Access } from "./access.ts";
import type { Route } from "./dispatcher.ts";
import { runPlugin } from "./exec-plugin.ts";
import type { UserEntry } from "./kubeconfig.ts";
import { readNamed } from "./named-file.ts";
import { oidcToken } from "./oidc-token.ts";
import { proxyUrl } from "./proxied-socket.ts";
import { pemOf, tlsOptions } from "./tls-options.ts";

export type Headers = Readonly<Record<string, string | string[]>>;

/** Who we are and how the server is reached, as files and plugins say it at this moment. */
export interface Identity {
  /** Authorization and impersonation; to be sent with every request. Never to be printed. */
  readonly headers: Headers;
  readonly route: Route;
  /** When to ask anew, in milliseconds since 1970; null = not before the server says 401. */
  readonly expiresAt: number | null;
}

/** client-go reads a token file again after a minute, as the kubelet renews it (client-go transport, fileTokenSource). */
const TOKEN_FILE_AGE_MS = 60_000;

/** Reads the files and starts the plugin that the user's entry names. The signal ends the plugin. Throws AccessError. */
export async function authenticate(
  access: Access,
  onNote: ((line: string) => void) | undefined,
  signal: AbortSignal,
): Promise<Identity> {
  const { cluster, user, proxy } = access;
  const authority = await pemOf(
    cluster["certificate-authority-data"],
    cluster["certificate-authority"],
    "the certificate authority",
  );
  const begun = performance.now();
  const plugin = user.exec ? await runPlugin(user.exec, { env: access.env, cluster, authority, signal }) : null;
  if (user.exec) {
    onNote?.(`credential plugin ${user.exec.command} answered after ${Math.round(performance.now() - begun)} ms`);
  }
  const file = user.tokenFile === "" ? null : await tokenFrom(user);
  const certificate = {
    certificate: await pemOf(user["client-certificate-data"], user["client-certificate"], "the client certificate"),
    key: await pemOf(user["client-key-data"], user["client-key"], "the client key"),
  };
  const presented = plugin !== null && plugin.certificate !== "" ? plugin : certificate;
  const oidc = user["auth-provider"] ? oidcToken(user["auth-provider"], Date.now()) : "";
  return {
    headers: {
      ...authorization(plugin?.token || file || user.token || oidc, user),
      ...impersonationHeaders(user),
    },
    route: {
      server: new URL(cluster.server),
      tls: tlsOptions(cluster, authority, presented),
      proxy: proxy === "" ? null : proxyUrl(proxy),
    },
    expiresAt: plugin !== null ? plugin.expiresAt : file === null ? null : Date.now() + TOKEN_FILE_AGE_MS,
  };
}

/** Where a token stands beside the file, it is what is left when the file cannot be read, as in client-go. */
async function tokenFrom({ token, tokenFile }: UserEntry): Promise<string> {
  try {
    return (await readNamed(tokenFile, "the token file")).trim();
  } catch (cause) {
    if (token === "") {
      throw cause;
    }
    return "";
  }
}

function authorization(token: string, { username, password }: UserEntry): Record<string, string> {
  if (token !== "") {
    return { authorization: `Bearer ${token}` };
  }
  return username === "" && password === ""
    ? {}
    : { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

/** Impersonation headers as client-go sends them (transport/round_trippers.go); groups are repeated, extra keys are escaped. */
function impersonationHeaders(user: UserEntry): Record<string, string | string[]> {
  const extra = Object.entries(user["as-user-extra"] ?? {}).map(([key, values]): [string, string[]] => [
    `Impersonate-Extra-${encodeURIComponent(key).replace(/[()]/g, (sign) => (sign === "(" ? "%28" : "%29"))}`,
    values,
  ]);
  return {
    ...(user.as === "" ? {} : { "Impersonate-User": user.as }),
    ...(user["as-uid"] === "" ? {} : { "Impersonate-Uid": user["as-uid"] }),
    ...(user["as-groups"].length === 0 ? {} : { "Impersonate-Group": user["as-groups"] }),
    ...Object.fromEntries(extra),
  };
}
