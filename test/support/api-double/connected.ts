import { onTestFinished } from "vitest";
import { type Connection, connect } from "../../../src/collect/api/connection.ts";
import type { ConnectionOptions } from "../../../src/collect/api/connection-options.ts";
import { type KubeconfigParts, kubeconfigText, temporaryDirectory } from "./kubeconfig.ts";
import { type ApiDouble, type ApiDoubleOptions, startApiDouble } from "./server.ts";

/** Nothing of the machine that runs the tests. */
export const NOWHERE = { env: {}, serviceAccountDir: "/nonexistent" };

/** A double that ends with the test. */
export async function double(options: ApiDoubleOptions = {}): Promise<ApiDouble> {
  const server = await startApiDouble(options);
  onTestFinished(() => server.close());
  return server;
}

/** A connection to a double through a kubeconfig on disk; both end with the test. */
export async function connected(
  server: ApiDouble,
  parts: Omit<KubeconfigParts, "server"> = {},
  options: ConnectionOptions = {},
): Promise<Connection> {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const kubeconfig = directory.write("config", kubeconfigText({ server: server.url, ...parts }));
  const connection = await connect({ kubeconfig, ...options }, { surroundings: NOWHERE, signal: soon() });
  onTestFinished(() => connection.close());
  return connection;
}

/** Bounds what a test waits for. */
export const soon = (): AbortSignal => AbortSignal.timeout(15_000);
