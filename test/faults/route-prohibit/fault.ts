import type { Fault } from "../fault.ts";
import { refusingRoute } from "../refusing-route.ts";

export const fault: Fault = refusingRoute("prohibit", "node2 prohibits the Pod range of node3 by a route.");
