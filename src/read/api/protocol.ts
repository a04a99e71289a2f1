import { asOneOf } from "../json-value.ts";

export type TransportProtocol = "TCP" | "UDP" | "SCTP";

/** Every port of the API is TCP unless it says otherwise (core/v1 ServicePort, ContainerPort; discovery/v1 EndpointPort). */
export function transportProtocol(value: unknown): TransportProtocol {
  return asOneOf(value, ["TCP", "UDP", "SCTP"], "TCP");
}

/** A port number; null for 0, which the API uses for "none", and for all that is no port. */
export function portNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 65_535 ? value : null;
}

/** A port by number or by name; null where it is neither. */
export function portReference(value: unknown): string | number | null {
  return typeof value === "string" && value !== "" ? value : portNumber(value);
}
