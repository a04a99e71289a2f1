import type { Fault } from "../fault.ts";
import { remove, serviceWith } from "../objects.ts";
import { apply } from "../workload.ts";

const apiService = {
  apiVersion: "apiregistration.k8s.io/v1",
  kind: "APIService",
  metadata: { name: "v1beta1.metrics.k8s.io" },
  spec: {
    group: "metrics.k8s.io",
    version: "v1beta1",
    groupPriorityMinimum: 100,
    versionPriority: 100,
    insecureSkipTLSVerify: true,
    service: { namespace: "shop", name: "metrics-server" },
  },
};

export const fault: Fault = {
  name: "api-service-unavailable",
  story: "The Pods of the metrics server are gone, and kubectl top and every autoscaler fail.",
  lab: {},
  inject: (lab) => apply(lab, serviceWith("metrics-server", "metrics-server", { ports: [{ port: 443 }] }), apiService),
  prove: async (lab) => {
    const asked = await lab.kubectl(["get", "--raw", "/apis/metrics.k8s.io/v1beta1/nodes"]).then(
      () => "answered",
      (error: unknown) => String(error),
    );
    if (asked === "answered") throw new Error("nobody is hurt: the metrics API answers");
  },
  expect: { id: "api-service-unavailable", kind: "APIService", name: "v1beta1.metrics.k8s.io", severity: "error" },
  heal: async (lab) => {
    await lab.kubectl(["delete", "apiservice", "v1beta1.metrics.k8s.io", "--ignore-not-found"]);
    await remove(lab, "service/metrics-server");
  },
};
