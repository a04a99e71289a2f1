import { editDistance } from "../../net/edit-distance.ts";
import type { Inventory } from "./inventory.ts";

const most = 3;

/**
 * Names that somebody who typed `name` may have meant, best first, as they would be typed: the same name in another namespace or of
 * another kind, what begins with it (the Pods of a Deployment), what is a slip of the finger away.
 */
export function nearMisses(inventory: Inventory, namespace: string, name: string): readonly string[] {
  const near = candidates(inventory, namespace)
    .map(({ typed, own, here }) => ({ typed, score: scoreOf(name, own) + (here ? 0 : 0.5) }))
    .filter(({ score }) => score < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.score - b.score || a.typed.length - b.typed.length || (a.typed < b.typed ? -1 : 1));
  return [...new Set(near.map(({ typed }) => typed))].slice(0, most);
}

/** "; did you mean shop/cart-0 or svc/cart?", or "" */
export function didYouMean(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) return "";
  const others = names.slice(0, -1);
  return `; did you mean ${others.length === 0 ? last : `${others.join(", ")} or ${last}`}?`;
}

interface Candidate {
  readonly typed: string;
  readonly own: string;
  readonly here: boolean;
}
function candidates({ home, pods, services, workloads, nodes }: Inventory, namespace: string): readonly Candidate[] {
  const short = { Deployment: "deploy", DaemonSet: "ds", StatefulSet: "sts" } as const;
  const named = (prefix: string, object: { readonly namespace: string; readonly name: string }): Candidate => {
    const here = object.namespace === namespace;
    return {
      typed: `${object.namespace === home ? "" : `${object.namespace}/`}${prefix}${object.name}`,
      own: object.name,
      here,
    };
  };
  return [
    ...pods.map((pod) => named("", pod)),
    ...services.map((service) => named("svc/", service)),
    ...workloads.map((workload) => named(`${short[workload.kind]}/`, workload)),
    ...nodes.map(({ name }) => ({ typed: `node/${name}`, own: name, here: true })),
  ];
}

function scoreOf(asked: string, name: string): number {
  if (name === asked) return 0;
  if (name.startsWith(`${asked}-`)) return 1;
  const distance = editDistance(asked, name);
  return distance <= (asked.length < 4 ? 1 : Math.max(2, Math.floor(asked.length / 3)))
    ? 1 + distance
    : Number.POSITIVE_INFINITY;
}
