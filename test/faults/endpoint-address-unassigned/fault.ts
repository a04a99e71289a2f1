import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { cannotGet } from "../proof.ts";
import { apply, podCidr } from "../workload.ts";

export const fault: Fault = {
  name: "endpoint-address-unassigned",
  story: "The hand-made EndpointSlice of shop/legacy still has the address of a Pod that is long gone.",
  lab: {},
  inject: async (lab) => {
    const address = (await podCidr(lab, "node3")).replace(/0\/24$/, "250");
    const slice = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "legacy-1", namespace: "shop", labels: { "kubernetes.io/service-name": "legacy" } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address] }],
      ports: [{ name: "", port: 8080, protocol: "TCP" }],
    };
    await apply(lab, serviceWith("legacy", null, {}), slice);
  },
  prove: (lab) => cannotGet(lab, "client-node1", "http://legacy/"),
  expect: { id: "endpoint-address-unassigned", kind: "Service", namespace: "shop", name: "legacy", severity: "error" },
  heal: (lab) => remove(lab, "service/legacy", "endpointslice/legacy-1"),
};
