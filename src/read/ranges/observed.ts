import { type Address, parseAddress } from "../../net/cidr.ts";
import { byName, valueOr } from "../known-parts.ts";
import type { RangesInput } from "./claim.ts";
import { hasOwnAddress } from "./pod-allocation.ts";

/** An address in use, and by whom. */
export interface ObservedAddress {
  readonly address: Address;
  readonly kind: "Pod" | "Service";
  readonly namespace: string;
  readonly name: string;
  /** The Pod's Node; "" for a Service. */
  readonly node: string;
}

/** The addresses that live Pods of the Pod network hold, by namespace and name. */
export function observedPods({ pods, nodes }: RangesInput): readonly ObservedAddress[] {
  const nodeByName = new Map(valueOr(nodes, []).map((node) => [node.name, node]));
  const live = valueOr(pods, []).filter((pod) => hasOwnAddress(pod, nodeByName.get(pod.node)));
  return [...live].sort(byName).flatMap(({ namespace, name, node, ips }) =>
    ips.flatMap((ip) => {
      const address = parseAddress(ip);
      return address === null ? [] : [{ address, kind: "Pod" as const, namespace, name, node }];
    }),
  );
}

/** The cluster IPs of all Services, by namespace and name. */
export function observedServices({ services }: RangesInput): readonly ObservedAddress[] {
  return [...valueOr(services, [])].sort(byName).flatMap(({ namespace, name, clusterIPs }) =>
    clusterIPs.flatMap((ip) => {
      const address = parseAddress(ip);
      return address === null ? [] : [{ address, kind: "Service" as const, namespace, name, node: "" }];
    }),
  );
}
