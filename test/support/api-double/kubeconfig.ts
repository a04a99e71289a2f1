import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificate } from "./server.ts";

/** A directory that is gone after the test. */
export function temporaryDirectory(): {
  readonly path: string;
  write(name: string, text: string): string;
  remove(): void;
} {
  const path = mkdtempSync(join(tmpdir(), "netdoctor-"));
  return {
    path,
    write: (name, text) => {
      const file = join(path, name);
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface KubeconfigParts {
  readonly server: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: string;
  readonly namespace?: string;
}

/** A kubeconfig (JSON is YAML) of one cluster, one user and one context, that trusts the double's CA. */
export function kubeconfigText({ server, cluster, user, context = "double", namespace }: KubeconfigParts): string {
  const ca = Buffer.from(certificate("ca.pem")).toString("base64");
  const trust = server.startsWith("https:") ? { "certificate-authority-data": ca } : {};
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": context,
    clusters: [{ name: "c", cluster: { server, ...trust, ...cluster } }],
    users: [{ name: "u", user: user ?? { token: "letmein" } }],
    contexts: [{ name: context, context: { cluster: "c", user: "u", ...(namespace ? { namespace } : {}) } }],
  });
}
