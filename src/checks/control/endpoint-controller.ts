import { clusterRef, defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import { failedTo, serviceSelects } from "../../model/selection.ts";

export const endpointsNotMade = defineFinding<{
  readonly services: readonly string[];
  readonly controller: string;
}>({
  id: "endpoints-not-made",
  severity: "error",
  what: ({ services, controller }) =>
    `${services.length} ${services.length === 1 ? "Service selects" : "Services select"} ready Pods and ${services.length === 1 ? "has" : "have"} no EndpointSlice (${services.slice(0, 3).join(", ")})${controller === "" ? "" : `: ${controller}`}`,
  why: () =>
    "The controller manager makes EndpointSlices out of Services and Pods. While it does not run, new Services lead nowhere, and the others go on sending to Pods that are gone.",
  next: () => [
    reads(
      "kubectl",
      "-n",
      "kube-system",
      "get",
      "pods",
      "--selector",
      "component=kube-controller-manager",
      "-o",
      "wide",
    ),
    reads("kubectl", "-n", "kube-system", "get", "lease", "kube-controller-manager", "-o", "yaml"),
  ],
});

/** A Service with a selector has at least one slice, be it empty, as soon as the controller has seen it (k8s.io/endpointslice, reconciler). */
export const controlEndpointController = defineCheck({
  id: "control/endpoint-controller",
  question: "Does every Service with a selector have the EndpointSlices that its Pods call for?",
  needs: ["services", "endpointSlices", "pods", "flows"],
  raises: [endpointsNotMade],
  run({ services, endpointSlices, pods, flows }) {
    const slices = groupBy(endpointSlices, ({ namespace, service }) => `${namespace}/${service}`);
    const selecting = services.filter(({ selector, type }) => selector !== null && type !== "ExternalName");
    const without = selecting.filter(
      (service) =>
        !slices.has(`${service.namespace}/${service.name}`) &&
        pods.some((pod) => pod.ready && !pod.terminating && serviceSelects(service, pod)),
    );
    if (without.length === 0) return { examined: selecting.length, findings: [] };
    const controllers = pods.filter(
      ({ namespace, labels }) => namespace === "kube-system" && labels.component === "kube-controller-manager",
    );
    const apiServers = pods.filter(
      ({ namespace, labels }) => namespace === "kube-system" && labels.component === "kube-apiserver",
    );
    // Where the control plane is hidden nothing is known of its Pods.
    const controller =
      apiServers.length === 0 || controllers.some(({ ready }) => ready)
        ? ""
        : controllers.length === 0
          ? "no Pod of kube-controller-manager is there"
          : "no Pod of kube-controller-manager is ready";
    return {
      examined: selecting.length,
      findings: [
        endpointsNotMade.at(
          clusterRef,
          { services: without.map(({ namespace, name }) => `${namespace}/${name}`), controller },
          {
            confidence: controller === "" ? "inferred" : "proven",
            evidence: [
              ...without
                .slice(0, 2)
                .map(({ namespace, name }) => evidence("api/endpointslices", `${namespace}/${name}`, "none")),
              evidence("api/pods", "kube-system component=kube-controller-manager", `${controllers.length} Pods`),
            ],
            explains: without.flatMap((service) => [
              ...failedTo(service, flows),
              findingKey("service-without-ready-endpoints", refOf("Service", service)),
            ]),
          },
        ),
      ],
    };
  },
});
