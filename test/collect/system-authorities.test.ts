import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { double } from "../support/api-double/connected.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { certificatePath } from "../support/api-double/server.ts";

/** What the system trusts is read once a process, so that each case is one. */
test("a kubeconfig without an authority trusts the system's, and only that", async () => {
  const server = await double();
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const text = kubeconfigText({ server: server.url, cluster: { "certificate-authority-data": "" } });
  const KUBECONFIG = directory.write("config", text);
  const program = new URL("../../bin/dev.js", import.meta.url).pathname;
  const asked = async (env: Record<string, string>): Promise<number> => {
    const before = server.requests.length;
    await execa(process.execPath, [program, "version"], {
      env: { PATH: process.env.PATH ?? "", HOME: directory.path, KUBECONFIG, ...env },
      extendEnv: false,
      reject: false,
    });
    return server.requests.length - before;
  };
  expect(await asked({})).toBe(0);
  expect(await asked({ SSL_CERT_FILE: certificatePath("ca.pem") })).toBeGreaterThan(0);
}, 120_000);
