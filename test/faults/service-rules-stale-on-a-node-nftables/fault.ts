import type { Fault } from "../fault.ts";
import { serviceEndpointsStale } from "../service-endpoints-stale.ts";

export const fault: Fault = serviceEndpointsStale("service-rules-stale-on-a-node-nftables", { proxyMode: "nftables" });
