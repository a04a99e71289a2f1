import { nodeTraps } from "./nodes.ts";
import { podRuleTraps } from "./pod-rules.ts";
import { podTraps } from "./pods.ts";
import { serviceTraps } from "./services.ts";
import type { TrapSet } from "./trap.ts";

/** Sets that are set up at once, each in one healthy lab. */
export const trapSets: readonly TrapSet[] = [
  { name: "traps-of-objects", lab: {}, traps: [...serviceTraps, ...podTraps] },
  { name: "traps-of-nodes", lab: {}, traps: nodeTraps },
  { name: "traps-of-pod-rules", lab: {}, traps: podRuleTraps },
];
