import { defaultNamespace } from "../collect/api/access.ts";
import { connectionOptions, type KubeFlagValues } from "./flags.ts";

/** The namespace of `-n`, else of the kubeconfig's context, else "default". */
export function contextNamespace(flags: KubeFlagValues): Promise<string> {
  return defaultNamespace(connectionOptions(flags));
}
