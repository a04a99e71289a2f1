import { checks } from "../../src/checks/registry.ts";
import { packetLostOnNode } from "../../src/diagnose/packet-lost.ts";
import { trafficDeniedByPolicy } from "../../src/diagnose/policed.ts";
import { trafficFailingUnexplained } from "../../src/diagnose/unexplained.ts";
import type { Severity } from "../../src/model/finding.ts";

/** Every finding that this version can raise, once for each place that raises it. */
export const raised: readonly { readonly id: string; readonly severity: Severity; readonly by: string }[] = [
  ...checks.flatMap(({ id: by, raises }) => raises.map(({ id, severity }) => ({ id, severity, by }))),
  { id: packetLostOnNode.id, severity: packetLostOnNode.severity, by: "diagnose/packet-lost" },
  { id: trafficDeniedByPolicy.id, severity: trafficDeniedByPolicy.severity, by: "diagnose/policed" },
  { id: trafficFailingUnexplained.id, severity: trafficFailingUnexplained.severity, by: "diagnose/unexplained" },
];
export const findingIds: ReadonlySet<string> = new Set(raised.map(({ id }) => id));

/** Words that no sentence of ours holds: they blame, soothe or hedge. An inference is said to be one. */
export const bannedWords =
  /\b(?:illegal|please|simply|just|oops|obviously|might|maybe|perhaps|possibly|seems?|global|globally)\b|something went wrong|!/i;
