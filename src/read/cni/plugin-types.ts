/** Plugins that change what another plugin made, or only wrap it; none of them connects a Pod by itself. */
export const CHAINED_PLUGINS: ReadonlySet<string> = new Set([
  "portmap",
  "bandwidth",
  "tuning",
  "firewall",
  "sbr",
  "vrf",
  "istio-cni",
  "linkerd-cni",
  "egress-cni",
  "egress-v4-cni",
  "coordinator",
  "rdma",
  "route-override",
  "cilium-cni",
  "coil",
]);

/** Plugins that only call others. */
export const META_PLUGINS: ReadonlySet<string> = new Set([
  "multus",
  "multus-shim",
  "multus-cni",
  "genie",
  "galaxy-shim",
]);
