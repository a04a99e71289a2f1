import type { CalledService } from "../../model/kubernetes.ts";
import { asString, at } from "../json-value.ts";
import { portNumber } from "./protocol.ts";

/** The Service that a webhook or an APIService names; 443 where no port is given (both APIs' default). Null where it names none. */
export function readCalledService(value: unknown): CalledService | null {
  const name = asString(at(value, "name"));
  const namespace = asString(at(value, "namespace"));
  return name === "" || namespace === "" ? null : { namespace, name, port: portNumber(at(value, "port")) ?? 443 };
}
