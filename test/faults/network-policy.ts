import type { Lab } from "./lab.ts";
import { works } from "./proof.ts";
import { webUrl } from "./workload.ts";

/** A NetworkPolicy of namespace shop that lets nothing in to the Pods with these labels; without labels, to all. */
export function closed(name: string, matchLabels?: Readonly<Record<string, string>>): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: "shop" },
    spec: { podSelector: matchLabels === undefined ? {} : { matchLabels }, policyTypes: ["Ingress"] },
  };
}

/** Rejects unless a client on another Node still gets what the policy was written to deny. */
export async function webIsOpen(lab: Lab): Promise<void> {
  await works(lab, "client-node1", ["curl", "-sS", "-o", "/dev/null", "--max-time", "3", await webUrl(lab, "node2")]);
}

export async function deletePolicy(lab: Lab, name: string): Promise<void> {
  await lab.kubectl(["-n", "shop", "delete", "networkpolicy", name]);
}
