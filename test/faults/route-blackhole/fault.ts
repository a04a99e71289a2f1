import type { Fault } from "../fault.ts";
import { refusingRoute } from "../refusing-route.ts";

export const fault: Fault = refusingRoute(
  "blackhole",
  "An old blackhole route for the range of node3 stands on node2.",
);
