import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";

/** What the double's container does: frames in order, or a refusal of the upgrade. */
export type ExecScript =
  | { readonly refuse: { readonly status: number; readonly body: unknown } }
  | { readonly steps: readonly ExecStep[]; readonly protocol?: string };
export type ExecStep =
  | { readonly channel: number; readonly data: string | Buffer }
  /** A frame as it is, even one that breaks the protocol. */
  | { readonly raw: Buffer }
  | { readonly waitMs: number }
  | { readonly close: number }
  /** The TCP connection ends without a closing frame. */
  | { readonly die: true };

export const stdout = (data: string | Buffer): ExecStep => ({ channel: 1, data });
export const stderr = (data: string): ExecStep => ({ channel: 2, data });
/** The last frame of a command that ran: Success, or NonZeroExitCode with the code as a cause, and no `kind`, as kubelet does. */
export function exit(code: number): ExecStep {
  const failure = {
    metadata: {},
    status: "Failure",
    reason: "NonZeroExitCode",
    message: `command terminated with exit code ${code}`,
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  };
  return { channel: 3, data: JSON.stringify(code === 0 ? { metadata: {}, status: "Success" } : failure) };
}

export function serveExec(request: IncomingMessage, socket: Socket, head: Buffer, script: ExecScript): void {
  if ("refuse" in script) {
    const body = JSON.stringify(script.refuse.body);
    socket.end(
      `HTTP/1.1 ${script.refuse.status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    return;
  }
  const protocol = script.protocol ?? "v5.channel.k8s.io";
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  server.handleUpgrade(request, socket, head, (client) => {
    client.on("error", () => undefined);
    void play(client, socket, script.steps);
  });
}

async function play(client: WebSocket, socket: Socket, steps: readonly ExecStep[]): Promise<void> {
  for (const step of steps) {
    if ("waitMs" in step) {
      await wait(step.waitMs);
    } else if ("close" in step) {
      client.close(step.close);
    } else if ("die" in step) {
      socket.destroy();
    } else {
      const frame = "raw" in step ? step.raw : Buffer.concat([Buffer.from([step.channel]), Buffer.from(step.data)]);
      await new Promise<void>((settle) => client.send(frame, () => settle()));
    }
  }
}
