/**
 * Faults that are broken at once: both must be root causes, neither hidden by the other. Each pair needs one lab for both. Two
 * drops on the way of the same packets are no pair: the first one hides the second until it is mended.
 */
export const pairs: readonly (readonly [string, string])[] = [
  ["forward-drop-rule", "coredns-scaled-to-zero"],
  ["vxlan-port-blocked", "service-selecting-no-pods"],
  ["ip-forwarding-disabled", "service-wrong-target-port"],
  ["veth-detached-from-bridge", "service-selecting-no-pods"],
  ["cni-plugin-missing", "service-wrong-target-port"],
  ["service-selecting-no-pods", "service-wrong-target-port"],
  ["flannel-device-deleted", "corefile-without-kubernetes"],
  ["host-veth-down", "coredns-forwarding-to-itself"],
  ["forward-drop-rule", "vxlan-port-blocked"],
  ["coredns-scaled-to-zero", "service-wrong-target-port"],
  ["cni-config-invalid", "network-policy-not-enforced"],
  ["pod-default-route-missing", "route-blackhole"],
];
