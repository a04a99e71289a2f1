/** networking.k8s.io/v1 NetworkPolicy with its defaults filled in. What a reader could not make sense of is said in `unread`. */

/** metav1.LabelSelector: every term must hold; no term holds for everything. `unread` says why it cannot be evaluated. */
export interface LabelSelector {
  readonly terms: readonly SelectorTerm[];
  readonly unread: string | null;
}
/** `matchLabels` are `In` with one value. */
export interface SelectorTerm {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
}

export type PolicyPeer =
  | {
      readonly kind: "pods";
      /** Null where the peer has no namespaceSelector: the policy's own namespace. */
      readonly namespaces: LabelSelector | null;
      /** Null where the peer has no podSelector: every Pod of those namespaces. */
      readonly pods: LabelSelector | null;
    }
  | { readonly kind: "block"; readonly cidr: string; readonly except: readonly string[] }
  | { readonly kind: "unread"; readonly why: string };

export interface PolicyPort {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** A number, a container port's name, or null: every port of the protocol. */
  readonly port: number | string | null;
  /** Last port of a range that `port` begins. */
  readonly endPort: number | null;
  /** Null, or why this port cannot be evaluated. */
  readonly unread: string | null;
}

/** Peers and ports of one rule. Null = the rule does not restrict them: the field is missing or empty. */
export interface PolicyRule {
  readonly peers: readonly PolicyPeer[] | null;
  readonly ports: readonly PolicyPort[] | null;
}

export interface NetworkPolicy {
  readonly namespace: string;
  readonly name: string;
  /** The directions in which it isolates the Pods it selects. */
  readonly policyTypes: readonly ("Ingress" | "Egress")[];
  readonly podSelector: LabelSelector;
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}
