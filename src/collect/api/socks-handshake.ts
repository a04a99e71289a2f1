import { isIP, type Socket } from "node:net";

const ERRORS: readonly string[] = [
  "",
  "general failure",
  "not allowed by its rules",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "time to live expired",
  "command not supported",
  "address type not supported",
];

/**
 * Asks a SOCKS5 proxy (RFC 1928, user and password by RFC 1929) to connect to a name or address, which the proxy resolves. Resolves with ""
 * when the socket leads to the target, else with the proxy's reason.
 */
export async function socksHandshake(
  socket: Socket,
  { host, port }: { readonly host: string; readonly port: number },
  { name, password }: { readonly name: string; readonly password: string },
): Promise<string> {
  const reader = new ByteReader(socket);
  try {
    socket.write(name === "" ? Uint8Array.of(5, 1, 0) : Uint8Array.of(5, 2, 0, 2));
    const [version, method] = await reader.take(2);
    if (version !== 5) {
      return "it does not speak SOCKS5";
    }
    if (method === 2) {
      const [user, secret] = [Buffer.from(name), Buffer.from(password)];
      socket.write(Buffer.concat([Buffer.of(1, user.length), user, Buffer.of(secret.length), secret]));
      const [, state] = await reader.take(2);
      if (state !== 0) {
        return "user and password were refused";
      }
    } else if (method !== 0) {
      return "it wants another way to log in";
    }
    socket.write(Buffer.concat([Buffer.of(5, 1, 0), address(host), Buffer.of(port >> 8, port & 255)]));
    const [, reply = 1, , kind = 1] = await reader.take(4);
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await reader.take(1))[0] ?? 0);
    await reader.take(length + 2);
    return reply === 0 ? "" : (ERRORS[reply] ?? `error ${reply}`);
  } catch {
    return "it closed the connection";
  } finally {
    reader.release();
  }
}

/** IPv4 addresses in four bytes; all else as a name, which proxies read as an IPv6 address where it is one. */
function address(host: string): Buffer {
  if (isIP(host) === 4) {
    return Buffer.from([1, ...host.split(".").map(Number)]);
  }
  const name = Buffer.from(host);
  return Buffer.concat([Buffer.of(3, name.length), name]);
}

/** Takes bytes from a socket in pieces of known length, and gives back what it did not take. */
class ByteReader {
  readonly #socket: Socket;
  #held = Buffer.alloc(0);
  #wake = (): void => undefined;
  #ended = false;
  readonly #onData = (bytes: Buffer): void => {
    this.#held = Buffer.concat([this.#held, bytes]);
    this.#wake();
  };
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", this.#onData).on("close", this.#onEnd).on("error", this.#onEnd);
  }

  async take(length: number): Promise<Buffer> {
    while (this.#held.length < length) {
      if (this.#ended) throw new Error("the proxy closed the connection");
      await new Promise<void>((settle) => {
        this.#wake = settle;
      });
    }
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }

  release(): void {
    this.#socket.off("data", this.#onData).off("close", this.#onEnd).off("error", this.#onEnd);
    this.#socket.pause();
    if (this.#held.length > 0) this.#socket.unshift(this.#held);
  }
}
