import { refusal } from "./cluster-double.ts";

/** Refusals in the words of the API server (apiserver 1.34; admission plugins PodSecurity, ResourceQuota and ServiceAccount; RBAC). */
export const podSecurity = refusal(
  403,
  "Forbidden",
  'pods "node-0" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true, hostPID=true), privileged (container "node" must not set securityContext.privileged=true)',
);
export const quota = refusal(
  403,
  "Forbidden",
  'pods "node-0" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=10, limited: pods=10',
);
export const rbac = (verb: string, resource: string) =>
  refusal(
    403,
    "Forbidden",
    `${resource} is forbidden: User "ada" cannot ${verb} resource "${resource}" in API group "" at the cluster scope`,
  );
export const noAccountYet = refusal(
  403,
  "Forbidden",
  'pods "node-0" is forbidden: error looking up service account netdoctor-x7k2q/default: serviceaccount "default" not found',
);
