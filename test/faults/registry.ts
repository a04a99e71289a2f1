import { fault as cniConfigInvalid } from "./cni-config-invalid/fault.ts";
import { fault as cniConfigShadowed } from "./cni-config-shadowed/fault.ts";
import { fault as cniPluginMissing } from "./cni-plugin-missing/fault.ts";
import { fault as corednsForwardingToItself } from "./coredns-forwarding-to-itself/fault.ts";
import { fault as corednsScaledToZero } from "./coredns-scaled-to-zero/fault.ts";
import { fault as corefileWithoutKubernetes } from "./corefile-without-kubernetes/fault.ts";
import type { Fault } from "./fault.ts";
import { fault as flannelDeviceDeleted } from "./flannel-device-deleted/fault.ts";
import { fault as forwardDropRule } from "./forward-drop-rule/fault.ts";
import { fault as forwardPolicyDrop } from "./forward-policy-drop/fault.ts";
import { fault as ipForwardingDisabled } from "./ip-forwarding-disabled/fault.ts";
import { fault as pathMtuBlackHole } from "./path-mtu-black-hole/fault.ts";
import { fault as podCidrOverlappingNodeNetwork } from "./pod-cidr-overlapping-node-network/fault.ts";
import { fault as podCidrRouteMissing } from "./pod-cidr-route-missing/fault.ts";
import { fault as serviceSelectingNoPods } from "./service-selecting-no-pods/fault.ts";
import { fault as serviceWrongTargetPort } from "./service-wrong-target-port/fault.ts";
import { fault as vethDetachedFromBridge } from "./veth-detached-from-bridge/fault.ts";
import { fault as vxlanPortBlocked } from "./vxlan-port-blocked/fault.ts";

/** Every fault; those that need the same lab stand together, as a new lab takes half a minute. */
export const faults: readonly Fault[] = [
  forwardDropRule,
  vxlanPortBlocked,
  flannelDeviceDeleted,
  ipForwardingDisabled,
  cniConfigShadowed,
  cniConfigInvalid,
  cniPluginMissing,
  vethDetachedFromBridge,
  serviceSelectingNoPods,
  serviceWrongTargetPort,
  corednsScaledToZero,
  corednsForwardingToItself,
  corefileWithoutKubernetes,
  pathMtuBlackHole,
  forwardPolicyDrop,
  podCidrRouteMissing,
  podCidrOverlappingNodeNetwork,
];
