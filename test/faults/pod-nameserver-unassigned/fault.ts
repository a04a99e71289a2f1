import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { apply } from "../workload.ts";

const image = { image: "nicolaka/netshoot:v0.14", command: ["sleep", "infinity"], ports: [], readinessProbe: null };
const pod = { dnsPolicy: "None", dnsConfig: { nameservers: ["10.96.0.53"], searches: ["shop.svc.cluster.local"] } };

export const fault: Fault = {
  name: "pod-nameserver-unassigned",
  story: "Pod shop/asker has a dnsConfig copied from another cluster, with that one's DNS server.",
  lab: {},
  inject: async (lab) => {
    const { spec, ...asker } = {
      spec: { ...pod, containers: [{ name: "asker", imagePullPolicy: "IfNotPresent", ...image }] },
      apiVersion: "v1",
      kind: "Pod",
    };
    const metadata = { name: "asker", namespace: "shop" };
    await apply(lab, { ...asker, metadata, spec: { ...spec, terminationGracePeriodSeconds: 0 } });
    await lab.kubectl(["-n", "shop", "wait", "--for=condition=Ready", "pod/asker", "--timeout=60s"]);
  },
  prove: (lab) => cannotResolve(lab, "asker", "web"),
  expect: { id: "pod-nameserver-unassigned", kind: "Pod", namespace: "shop", name: "asker", severity: "error" },
  heal: async (lab) => {
    await lab.kubectl(["-n", "shop", "delete", "pod/asker", "--timeout=60s"]);
  },
};
