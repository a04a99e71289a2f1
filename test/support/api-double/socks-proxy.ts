import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A SOCKS5 proxy (RFC 1928) that asks for a user and password where one is given; it ends with the test. */
export async function socksProxy(login?: {
  readonly name: string;
  readonly password: string;
}): Promise<{ readonly host: string; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("error", () => undefined);
  };
  const server = createServer((client) => {
    keep(client);
    void serve(client).catch(() => client.destroy());
  });
  const serve = async (client: Socket): Promise<void> => {
    const greeting = await next(client);
    const method = login === undefined ? 0 : 2;
    client.write(Buffer.of(5, greeting.subarray(2).includes(method) ? method : 255));
    if (login !== undefined) {
      const said = await next(client);
      const [nameLength = 0] = said.subarray(1);
      const name = said.subarray(2, 2 + nameLength).toString();
      const password = said.subarray(3 + nameLength).toString();
      const right = name === login.name && password === login.password;
      client.write(Buffer.of(1, right ? 0 : 1));
      if (!right) return void client.end();
    }
    const request = await next(client);
    const [kind, length = 0] = request.subarray(3);
    const host = kind === 1 ? [...request.subarray(4, 8)].join(".") : request.subarray(5, 5 + length).toString();
    const port = request.readUInt16BE(request.length - 2);
    asked.push(`${host}:${port}`);
    const upstream = keep(connect(port, host));
    upstream.once("connect", () => {
      client.write(Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
      upstream.pipe(client).pipe(upstream);
    });
  };
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  return { host: `127.0.0.1:${typeof address === "object" ? address?.port : ""}`, asked };
}

/** The client writes each of its messages at once, over loopback. */
const next = (client: Socket): Promise<Buffer> =>
  new Promise((settle, fail) => {
    client.once("data", settle);
    client.once("close", () => fail(new Error("closed")));
  });
