import { parseAddress } from "../../net/cidr.ts";

/** What `socat -d -d -lu` says of a connection that it made. */
export interface Said {
  readonly client: string;
  readonly clientPort: number;
  /** From the first packet to the answer to it; null where the times cannot be read, or nothing was awaited (UDP). */
  readonly milliseconds: number | null;
}

/**
 * Reads socat's notices (xio-socket.c, _xioopen_connect): "… N opening connection to AF=2 10.0.0.1:80" and "… N successfully connected
 * from local address AF=2 10.0.0.2:41234", each with its time. The last connection counts. Null where there is none. Never throws.
 */
export function readSaid(output: string): Said | null {
  const address = String.raw`(?:LEN=\d+ )?AF=\d+ (\[[0-9a-fA-F:.]+\]|[0-9.]+):(\d+)`;
  const connected = new RegExp(`([^|]*)N successfully connected from local address ${address}`, "g");
  const last = [...output.matchAll(connected)].at(-1);
  const [, before = "", bracketed, clientPort] = last ?? [];
  const client = bracketed?.replace(/^\[(.*)\]$/, "$1");
  if (client === undefined || clientPort === undefined) return null;
  const opened = [...output.slice(0, last?.index).matchAll(/([^|]*)N opening connection to /g)].at(-1)?.[1];
  const start = secondsOf(opened ?? "");
  const end = secondsOf(before);
  const took = start === null || end === null ? null : Math.round((end - start) * 10_000) / 10;
  return {
    client: parseAddress(client)?.text ?? client,
    clientPort: Number(clientPort),
    milliseconds: took === null || took < 0 ? null : took,
  };
}

/** "2025/11/21 13:22:01.123456 socat[7] " → seconds of the day. */
function secondsOf(stamp: string): number | null {
  const match = /(\d\d):(\d\d):(\d\d\.\d+)/.exec(stamp);
  return match === null ? null : Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]);
}
