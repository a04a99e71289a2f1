import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export interface ConnectProxy {
  readonly url: string;
  /** What it was to reach, as HOST:PORT. */
  readonly asked: readonly string[];
  close(): void;
}

/**
 * A proxy that tunnels with CONNECT, as companies have them. With `to`, every name leads to that host, as names that are not in public
 * DNS do.
 */
export async function startConnectProxy(to?: string): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on("connect", (request, client: Socket) => {
    const { hostname, port } = new URL(`http://${request.url}`);
    asked.push(request.url ?? "");
    const upstream = connect(Number(port), to ?? hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const address: AddressInfo | string | null = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    asked,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
