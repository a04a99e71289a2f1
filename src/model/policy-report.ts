import type { ReportedFinding } from "./report.ts";

/** Whether anything carries the policies out, as far as was read. */
export interface PolicyEnforcement {
  readonly cni: string;
  readonly enforces: "yes" | "no" | "unknown";
}

/** One rule that lets a connection pass, or may. */
export interface PolicyRuleLine {
  /** "namespace/name" */
  readonly policy: string;
  /** 1-based, in spec.egress or spec.ingress. */
  readonly rule: number;
  readonly text: string;
}
/** What the policies of one end say: egress at the sender, ingress at the receiver. */
export interface PolicySide {
  readonly verdict: "allowed" | "denied" | "unknown";
  /** A sentence. */
  readonly because: string;
  /** The policies that isolate the Pod in this direction. */
  readonly isolatedBy: readonly string[];
  readonly rules: readonly PolicyRuleLine[];
}
export interface PolicyAnswer {
  /** "there" is what was asked for, "back" the same ends the other way round: a connection that the target opens. */
  readonly way: "there" | "back";
  readonly from: string;
  readonly to: string;
  /** "TCP 8080", "any other TCP port" */
  readonly what: string;
  /** The port was not asked for and is no port that the target offers: it stands for all others. */
  readonly other: boolean;
  readonly verdict: "allowed" | "denied" | "unknown";
  readonly egress: PolicySide;
  readonly ingress: PolicySide;
}
/** Policies to apply, and what they do to others. */
export interface PolicySuggestion {
  readonly to: "allowed" | "denied";
  readonly effect: string;
  readonly yaml: string;
}
/** What NetworkPolicies say of two ends. Public contract: docs/policy.schema.json. */
export interface PolicyReport {
  readonly apiVersion: "netdoctor/v1";
  readonly kind: "PolicyReport";
  readonly verdict: "allowed" | "denied" | "unknown";
  readonly enforcement: PolicyEnforcement;
  readonly answers: readonly PolicyAnswer[];
  /** The least that turns the verdict round; null where adding policies cannot. */
  readonly change: PolicySuggestion | null;
  readonly notes: readonly string[];
}

export interface PolicyLine {
  readonly name: string;
  /** As kubectl's --selector takes it; "" = every Pod of the Namespace. */
  readonly selector: string;
  readonly pods: number;
  readonly types: readonly string[];
  readonly patterns: readonly string[];
  /** Each rule in words, "in" and "out" in front. */
  readonly rules: readonly string[];
}
export interface PolicyNamespace {
  readonly name: string;
  /** Pods on the Pod network that have not ended, and how many of them are isolated in each direction. */
  readonly pods: number;
  readonly isolatedIngress: number;
  readonly isolatedEgress: number;
  readonly policies: readonly PolicyLine[];
}
/** The NetworkPolicies of the cluster, by Namespace, with what is to be said against them. */
export interface PolicyOverview {
  readonly apiVersion: "netdoctor/v1";
  readonly kind: "PolicyOverview";
  readonly enforcement: PolicyEnforcement;
  readonly namespaces: readonly PolicyNamespace[];
  readonly findings: readonly ReportedFinding[];
}
