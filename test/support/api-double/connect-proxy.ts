import { onTestFinished } from "vitest";
import { type ConnectProxy, startConnectProxy } from "./proxy-server.ts";

/** A proxy that ends with the test. */
export async function connectProxy(to?: string): Promise<ConnectProxy> {
  const proxy = await startConnectProxy(to);
  onTestFinished(() => proxy.close());
  return proxy;
}
