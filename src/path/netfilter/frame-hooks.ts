import type { NftChain, NftTable } from "../../model/node.ts";
import type { HookContext } from "./context.ts";

/**
 * The hooks of a table below IP that a packet passes around an IP hook: a bridge's on its way in, over and out, a device's ingress
 * and egress. Null = none of them.
 */
export function frameHooks(table: NftTable, context: HookContext): readonly string[] | null {
  if (table.family === "netdev" || table.family === "inet") return ["ingress", "egress"];
  if (table.family !== "bridge") return null;
  if (context.bridged) return ["prerouting", "forward", "postrouting"];
  if (context.hook === "PREROUTING" && context.inputPort !== null) return ["prerouting", "input"];
  const output = context.outputDevice === null ? undefined : context.netns.linksByName.get(context.outputDevice);
  if (context.hook !== "POSTROUTING" || output?.kind !== "bridge") return null;
  // From a port to a port of the same bridge after translation, the packet is bridged after all.
  return context.inputPort === null ? ["output", "postrouting"] : ["forward", "output", "postrouting"];
}

/** Whether chains of these hooks may drop, those that they jump to included. */
export function mayDropFrames(table: NftTable, hooks: readonly string[]): boolean {
  const base = table.chains.filter(({ hook }) => hook !== null && hooks.includes(hook));
  if (base.length === 0) return false;
  const jumped = base.some(({ rules }) => rules.length > 0) ? table.chains.filter(({ hook }) => hook === null) : [];
  return [...base, ...jumped].some(({ policy, rules }) => policy === "drop" || rules.some(mayDrop));
}

function mayDrop({ expressions }: NftChain["rules"][number]): boolean {
  return expressions.some(
    (one) =>
      typeof one === "object" && one !== null && ("drop" in one || "reject" in one || "vmap" in one || "queue" in one),
  );
}
