import type { ClusterCni, CrossNodeStrategy } from "../model/cni.ts";
import type { Severity } from "../model/finding.ts";
import type { ObjectRef } from "../model/kubernetes.ts";
import type { UnknownReason } from "../model/learned.ts";
import type { Style, Terminal } from "./screen.ts";

/** The only place for glyphs, plurals and severity words. */
/** How much of a finding is shown: `brief` for the screen, `full` for -o wide. */
export type Detail = "brief" | "full";
export type Sign = Severity | "good" | "unknown";

const GLYPHS: Readonly<Record<Sign, { readonly unicode: string; readonly ascii: string; readonly style: Style }>> = {
  error: { unicode: "✗", ascii: "x", style: "error" },
  warning: { unicode: "!", ascii: "!", style: "warning" },
  info: { unicode: "i", ascii: "i", style: "info" },
  good: { unicode: "✓", ascii: "ok", style: "good" },
  unknown: { unicode: "?", ascii: "?", style: "warning" },
};
/** The word that stands beside the glyph, so that no glyph carries meaning alone. */
export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  error: "problem",
  warning: "warning",
  info: "info",
};

export function glyph(sign: Sign, terminal: Terminal): string {
  return terminal.unicode ? GLYPHS[sign].unicode : GLYPHS[sign].ascii;
}
export const styleOf = (sign: Sign): Style => GLYPHS[sign].style;

/** "1 problem", "2 problems" */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** "a, b, c and 4 more": at most `shown` names, and never "and 1 more" where the one would fit in its place. */
export function list(names: readonly string[], shown: number): string {
  if (names.length <= shown + 1) return names.join(", ");
  return `${names.slice(0, shown).join(", ")} and ${names.length - shown} more`;
}

/** "Service shop/cart", "Node node3" */
export function objectName({ kind, namespace, name }: ObjectRef): string {
  return namespace === "" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** A capture's id as a person says it: "node/node3/iptables-nft" → "node3 iptables-nft", "api/services" → "API services". */
export function sourceName(source: string): string {
  const [first, second, ...rest] = source.split("/");
  if (second === undefined) return source;
  if (first === "node") return [second, ...rest].join(" ");
  if (first === "api") return `API ${[second, ...rest].join("/")}`;
  return first === "probe" ? `probe ${[second, ...rest].join("/")}` : source;
}

const STRATEGIES: Readonly<Record<CrossNodeStrategy, string>> = {
  vxlan: "VXLAN",
  geneve: "Geneve",
  ipip: "IPIP",
  wireguard: "WireGuard",
  "direct-routing": "direct routing",
  bgp: "BGP",
  cloud: "cloud routing",
  ebpf: "eBPF",
  "single-node": "single Node",
  unknown: "strategy unknown",
};
export const strategyName = (strategy: CrossNodeStrategy): string => STRATEGIES[strategy];

/** "flannel VXLAN"; "CNI unknown" where it could not be told. */
export function cniName(cni: ClusterCni | null): string {
  if (cni === null || cni.name === "" || cni.name === "unknown") return "CNI unknown";
  return cni.strategy === "single-node" ? cni.name : `${cni.name} ${strategyName(cni.strategy)}`;
}

/** "14 s", "0.4 s", "2 min 5 s" */
export function secondsText(seconds: number): string {
  if (seconds < 1) return `${(Math.ceil(seconds * 10) / 10).toString()} s`;
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** "1.2 ms"; "340 ms" */
export function millisecondsText(ms: number): string {
  return ms < 10 ? `${(Math.round(ms * 10) / 10).toString()} ms` : `${Math.round(ms)} ms`;
}

/** "not served", "timed out" */
export const reasonWords = (reason: UnknownReason): string => reason.replaceAll("-", " ");

/** How one range stands to another. */
export const RELATION_WORDS = { equal: "equals", contains: "contains", inside: "lies inside" } as const;

/** "on Node node3, only reads:"; where a command is to be run and what it changes. */
export function placeOfStep(node: string | null, effect: "reads" | "changes"): string {
  const where = node === null ? "from here" : `on Node ${node}`;
  if (effect === "reads") return `${where}, only reads:`;
  return node === null ? `${where}, CHANGES the cluster:` : `${where}, CHANGES it:`;
}
