import type { Fault } from "../fault.ts";
import { refusingRoute } from "../refusing-route.ts";

export const fault: Fault = refusingRoute(
  "unreachable",
  "node2 holds the Pod range of node3 to be unreachable, by a route.",
);
