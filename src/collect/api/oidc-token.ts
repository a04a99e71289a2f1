import { AccessError } from "./access-error.ts";
import type { UserEntry } from "./kubeconfig.ts";

/** client-go takes a token for expired this long before it is (plugin oidc, expiryDelta). */
const MARGIN_MS = 10_000;

/**
 * The id-token of kubectl's built-in auth-provider `oidc`. An expired one is not refreshed here: identity providers give a refresh token
 * once, and the new one belongs into the kubeconfig, which only kubectl writes. Throws AccessError.
 */
export function oidcToken(provider: NonNullable<UserEntry["auth-provider"]>, now: number): string {
  const token = provider.config?.["id-token"] ?? "";
  const expiry = token === "" ? 0 : expiryOf(token);
  if (expiry - MARGIN_MS > now) {
    return token;
  }
  const state =
    token === "" ? "is missing" : expiry === 0 ? "cannot be read" : `expired ${new Date(expiry).toISOString()}`;
  throw new AccessError(
    "unauthorized",
    `the OIDC id-token of the kubeconfig ${state}`,
    "Let kubectl renew it: kubectl get --raw /version",
  );
}

/** `exp` of a JWT in milliseconds (RFC 7519 section 4.1.4); 0 where there is none. */
function expiryOf(token: string): number {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const seconds = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : 0;
    return typeof seconds === "number" && seconds > 0 && seconds < 1e11 ? seconds * 1000 : 0;
  } catch {
    return 0;
  }
}
