import { createSecureContext, getCACertificates } from "node:tls";
import { AccessError } from "./access-error.ts";
import type { ClusterEntry } from "./kubeconfig.ts";
import { readNamed } from "./named-file.ts";

/** What node:tls needs to know of the server and of us; PEM. Empty for plain HTTP. */
export interface TlsOptions {
  readonly ca?: string | string[];
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Throws AccessError where OpenSSL cannot read the certificates. */
export function tlsOptions(
  cluster: ClusterEntry,
  authority: string,
  { certificate, key }: ClientCertificate,
): TlsOptions {
  if (cluster.server.startsWith("http:")) {
    return {};
  }
  const insecure = cluster["insecure-skip-tls-verify"];
  const ca = authority === "" && !insecure ? systemAuthorities() : authority;
  const options: TlsOptions = {
    ...(ca.length === 0 ? {} : { ca }),
    ...(certificate === "" ? {} : { cert: certificate, key }),
    ...(insecure ? { rejectUnauthorized: false } : {}),
    ...(cluster["tls-server-name"] === "" ? {} : { servername: cluster["tls-server-name"] }),
  };
  try {
    createSecureContext({ ...options });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new AccessError(
      "bad-kubeconfig",
      `the certificates of the kubeconfig cannot be used: ${message}`,
      "Write the kubeconfig anew; certificate and key must be PEM and belong together.",
    );
  }
  return options;
}

/** Those of the operating system, which kubectl trusts where the kubeconfig has no authority, and those of Node.js. */
function systemAuthorities(): string[] {
  try {
    return [...new Set([...getCACertificates("system"), ...getCACertificates("default")])];
  } catch {
    return [];
  }
}

/** As in client-go, inline data (base64) beats a file; "" where there is neither. Files are read each time, because they are rotated. */
export async function pemOf(data: string, file: string, what: string): Promise<string> {
  if (data !== "") {
    return Buffer.from(data, "base64").toString("utf8");
  }
  return file === "" ? "" : readNamed(file, what);
}
