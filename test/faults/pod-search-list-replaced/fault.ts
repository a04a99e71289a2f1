import type { Fault } from "../fault.ts";
import { cannotResolve } from "../proof.ts";
import { apply } from "../workload.ts";

const image = { image: "nicolaka/netshoot:v0.14", command: ["sleep", "infinity"], ports: [], readinessProbe: null };
const pod = { dnsPolicy: "None", dnsConfig: { nameservers: ["10.96.0.10"], searches: ["corp.internal"] } };

export const fault: Fault = {
  name: "pod-search-list-replaced",
  story: "Pod shop/seeker was given the search list of the office, and lost the cluster's.",
  lab: {},
  inject: async (lab) => {
    const { spec, ...seeker } = {
      spec: { ...pod, containers: [{ name: "seeker", imagePullPolicy: "IfNotPresent", ...image }] },
      apiVersion: "v1",
      kind: "Pod",
    };
    const metadata = { name: "seeker", namespace: "shop" };
    await apply(lab, { ...seeker, metadata, spec: { ...spec, terminationGracePeriodSeconds: 0 } });
    await lab.kubectl(["-n", "shop", "wait", "--for=condition=Ready", "pod/seeker", "--timeout=60s"]);
  },
  prove: (lab) => cannotResolve(lab, "seeker", "web"),
  expect: {
    id: "pod-search-list-without-cluster",
    kind: "Pod",
    namespace: "shop",
    name: "seeker",
    severity: "warning",
  },
  heal: async (lab) => {
    await lab.kubectl(["-n", "shop", "delete", "pod/seeker", "--timeout=60s"]);
  },
};
