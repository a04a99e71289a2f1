import type { Fault } from "../fault.ts";
import { serviceChainFlushed } from "../service-chain-flushed.ts";

export const fault: Fault = serviceChainFlushed("service-rules-missing-on-a-node", {});
