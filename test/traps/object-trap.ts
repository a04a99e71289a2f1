import { apply } from "../faults/workload.ts";
import type { Trap } from "./trap.ts";

/** A trap that is objects and nothing else; a Pod in it is waited for until it has a phase that lasts. */
export function objectTrap(name: string, story: string, objects: readonly object[]): Trap {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  return {
    name,
    story,
    setUp: (lab) => apply(lab, ...objects),
    tearDown: async (lab) => {
      await lab.kubectl(["delete", "--ignore-not-found", "--timeout=60s", "-f", "-"], list);
    },
  };
}
