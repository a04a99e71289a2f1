/** How long the executable takes to start, as ratios to kubectl: `node scripts/bench-start.ts`, and a part of `npm run bench`. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { certificate, startApiDouble } from "../test/support/api-double/server.ts";
import { interleaved, printRatio } from "./interleaved.ts";
import { executableOf, hostPlatform, nameOf } from "./package/platforms.ts";

const root = join(import.meta.dirname, "..");
const runs = 15;
const kubectl = ["kubectl", "version", "--client"] as const;

/** Measures the executable as it is in dist/package, or makes it first; `PATH` must lead to kubectl. */
export async function benchStart(path: string): Promise<void> {
  const host = hostPlatform();
  const executable = join(root, "dist/package", nameOf(host), executableOf(host));
  if (!existsSync(executable)) {
    await execa(process.execPath, [join(root, "scripts/package.ts"), "--only", nameOf(host)], { stdio: "inherit" });
  }
  const directory = mkdtempSync(join(tmpdir(), "netdoctor-bench-"));
  // The double speaks HTTP/1.1 only; client-go has this switch for it.
  const env = { PATH: path, KUBECONFIG: join(directory, "config"), DISABLE_HTTP2: "1" };
  const server = await startApiDouble();
  try {
    writeFileSync(env.KUBECONFIG, kubeconfigOf(30, server.url));
    const help = await interleaved(env, [executable, "--help"], kubectl, runs);
    printRatio("netdoctor --help ÷ kubectl version --client", help, "end");
    // Completes the name of a context: reads the kubeconfig and asks no server.
    const contexts = await interleaved(env, [executable, "__complete", "check", "--context", ""], kubectl, runs);
    printRatio("netdoctor, a command that needs the kubeconfig only ÷ kubectl version --client", contexts, "end");
    const version = await interleaved(env, [executable, "version"], ["kubectl", "version"], runs);
    printRatio("netdoctor version, the server's too, over TLS ÷ kubectl version", version, "end");
  } finally {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A kubeconfig of so many contexts with clusters and users of their own, all of them the same server. */
function kubeconfigOf(count: number, server: string): string {
  const names = Array.from({ length: count }, (_, index) => `cluster-${index}`);
  const authority = Buffer.from(certificate("ca.pem")).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": names[0],
    clusters: names.map((name) => ({ name, cluster: { server, "certificate-authority-data": authority } })),
    users: names.map((name) => ({ name, user: { token: "letmein" } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  });
}

if (process.argv[1] === import.meta.filename) await benchStart(process.env.PATH ?? "");
