/** Ports `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const HIGHEST_PORT = 65_535;

/** A port in decimal, 1 to 65535; null for all else. */
export function parsePort(text: string): number | null {
  if (!/^[1-9][0-9]{0,4}$/.test(text)) return null;
  const port = Number(text);
  return port <= HIGHEST_PORT ? port : null;
}

/**
 * Reads "30000-32767", "30000+2767" or a single port, as `--service-node-port-range` of kube-apiserver is written
 * (k8s.io/apimachinery/pkg/util/net, PortRange.Set). There is no default: a cluster may have another range than 30000-32767.
 */
export function parsePortRange(text: string): PortRange | null {
  const match = /^([0-9]+)(?:([-+])([0-9]+))?$/.exec(text.trim());
  const first = parsePort(match?.[1] ?? "");
  if (match === null || first === null) return null;
  if (match[2] === undefined) return { first, last: first };
  const second = Number(match[3]);
  const last = match[2] === "+" ? first + second : second;
  return last >= first && last <= HIGHEST_PORT ? { first, last } : null;
}

export function includesPort(range: PortRange, port: number): boolean {
  return range.first <= port && port <= range.last;
}
