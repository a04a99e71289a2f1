import type { Workload } from "../../model/kubernetes.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { parseAddress } from "../../net/cidr.ts";
import { isHostName } from "../../net/domain-name.ts";

/** One end of a trace as a person may type it. */
export type TraceArgument =
  /** `orHost`: typed without a kind, and may be a host name where there is no such Pod. */
  | { readonly kind: "Pod"; readonly namespace: string; readonly name: string; readonly orHost: boolean }
  | { readonly kind: Workload["kind"]; readonly namespace: string; readonly name: string }
  | { readonly kind: "Service"; readonly namespace: string; readonly name: string }
  | { readonly kind: "Node"; readonly name: string }
  | { readonly kind: "IP"; readonly ip: string };

const kinds: ReadonlyMap<string, "Pod" | "Service" | "Node" | Workload["kind"]> = new Map([
  ...["pod", "pods", "po"].map((word) => [word, "Pod"] as const),
  ...["svc", "service", "services"].map((word) => [word, "Service"] as const),
  ...["node", "nodes", "no"].map((word) => [word, "Node"] as const),
  ...["deploy", "deployment", "deployments"].map((word) => [word, "Deployment"] as const),
  ...["ds", "daemonset", "daemonsets"].map((word) => [word, "DaemonSet"] as const),
  ...["sts", "statefulset", "statefulsets"].map((word) => [word, "StatefulSet"] as const),
]);

/** What may stand for an end, for messages. */
export const argumentForms =
  "a Pod, svc/NAME, deploy/NAME or node/NAME (NAMESPACE/ in front of each), an IP or a host name";

/**
 * Reads `pod`, `ns/pod`, `kind/name`, `ns/kind/name`, an IP or a host name. A kind wins over a namespace of the same name, as it does in
 * kubectl. Unknown with a sentence where it is none of these.
 */
export function parseArgument(text: string, namespace: string): Learned<TraceArgument> {
  const address = parseAddress(text.replace(/^\[(.*)\]$/, "$1"));
  if (address !== null) return known({ kind: "IP", ip: address.text });
  const withPort = /^(.+):(\d{1,5})$/.exec(text);
  if (withPort !== null)
    return unknown("unparsable", `\`${text}\` names a port: write \`${withPort[1]} --port ${withPort[2]}\``);
  const words = text.split("/");
  if (words.length > 3 || words.some((word) => !isHostName(word.replace(/\.$/, "")))) {
    return unknown("unparsable", `\`${text}\` is not ${argumentForms}`);
  }
  const [first = "", second, third] = words;
  if (second === undefined) return known({ kind: "Pod", namespace, name: first, orHost: first.includes(".") });
  if (third !== undefined) return ofKind(second, first, third, text);
  return kinds.has(first)
    ? ofKind(first, namespace, second, text)
    : known({ kind: "Pod", namespace: first, name: second, orHost: false });
}

function ofKind(word: string, namespace: string, name: string, text: string): Learned<TraceArgument> {
  const kind = kinds.get(word);
  switch (kind) {
    case undefined:
      return unknown(
        "unparsable",
        `\`${word}\` in \`${text}\` is no kind that a trace can start or end at: ${argumentForms}`,
      );
    case "Node":
      return known({ kind, name });
    case "Pod":
      return known({ kind, namespace, name, orHost: false });
    default:
      return known({ kind, namespace, name });
  }
}
