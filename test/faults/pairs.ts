/** Faults that are broken at once: both must be root causes, neither hidden by the other. Each pair needs one lab for both. */
export const pairs: readonly (readonly [string, string])[] = [
  ["forward-drop-rule", "coredns-scaled-to-zero"],
  ["vxlan-port-blocked", "service-selecting-no-pods"],
  ["ip-forwarding-disabled", "service-wrong-target-port"],
  ["veth-detached-from-bridge", "service-selecting-no-pods"],
  ["cni-plugin-missing", "service-wrong-target-port"],
  ["service-selecting-no-pods", "service-wrong-target-port"],
  ["flannel-device-deleted", "corefile-without-kubernetes"],
  ["cni-config-invalid", "coredns-forwarding-to-itself"],
  ["forward-drop-rule", "vxlan-port-blocked"],
  ["coredns-scaled-to-zero", "service-wrong-target-port"],
  ["pod-cidr-route-missing", "forward-policy-drop"],
];
