import { changes, defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { FlowResult } from "../../model/flow.ts";
import { failingFlows, groupBy } from "../../model/flow-outcome.ts";
import type { EndpointSlice, Labels, Pod, Service } from "../../model/kubernetes.ts";
import { isMisspelt } from "../../net/edit-distance.ts";

export const serviceSelectingNoPods = defineFinding<{
  readonly selector: string;
  readonly near: string;
  /** What would select them, where one label is all that is wrong, as a merge patch; "" where it cannot be told. */
  readonly patch: string;
}>({
  id: "service-selecting-no-pods",
  severity: "error",
  what: ({ selector, near }) =>
    `selects no Pod: no Pod of the namespace has the labels \`${selector}\`${near === "" ? "" : `; Pod ${near} differs in one`}`,
  why: () => "The Service has no endpoints, so connections to it are refused or time out.",
  next: ({ selector, patch }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "pods", "--show-labels"),
    reads("kubectl", "-n", namespace, "get", "service", name, "-o", "jsonpath={.spec.selector}"),
    reads("kubectl", "-n", namespace, "get", "pods", "--selector", selector),
    ...(patch === ""
      ? []
      : [changes("kubectl", "-n", namespace, "patch", "service", name, "--type=merge", "-p", patch)]),
  ],
});
export const serviceWithoutReadyEndpoints = defineFinding<{
  readonly total: number;
  readonly selector: string;
  readonly reasons: readonly string[];
}>({
  id: "service-without-ready-endpoints",
  severity: "error",
  what: ({ total, reasons }) =>
    `has ${total} ${total === 1 ? "Pod" : "Pods"} and none is ready${reasons.length === 0 ? "" : `: ${reasons.join(", ")}`}`,
  why: () => "New connections go to ready endpoints only, so the Service behaves as if it had no Pods.",
  next: ({ selector }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "pods", "--selector", selector, "-o", "wide"),
    reads("kubectl", "-n", namespace, "describe", "endpointslices", "--selector", `kubernetes.io/service-name=${name}`),
  ],
});

export const serviceScaledToZero = defineFinding<{ readonly workload: string }>({
  id: "service-scaled-to-zero",
  severity: "info",
  what: ({ workload }) => `has no Pod because ${workload} is scaled to zero`,
  why: () => "Connections to it are refused until the workload is scaled up again.",
  next: ({ workload }, { namespace }) => [
    reads("kubectl", "-n", namespace, "get", workload.replace(" ", "/").toLowerCase()),
  ],
});

/**
 * Services without a selector are wired by hand and ExternalName has no endpoints by design: both are left out. So is a Service whose
 * workload is scaled to zero on purpose in another namespace's eyes: no Pod and no EndpointSlice endpoint is only an error when it selects.
 */
export const serviceEndpoints = defineCheck({
  id: "service/endpoints",
  question: "Does every Service with a selector have a ready endpoint?",
  needs: ["services", "endpointSlices", "pods", "workloads", "flows"],
  raises: [serviceSelectingNoPods, serviceWithoutReadyEndpoints, serviceScaledToZero],
  run({ services, endpointSlices, pods, workloads, flows }) {
    const selecting = services.filter(
      ({ selector, type }) => selector !== null && Object.keys(selector).length > 0 && type !== "ExternalName",
    );
    const slicesOf = groupBy(endpointSlices, ({ namespace, service }) => `${namespace}/${service}`);
    const podsOf = groupBy(
      pods.filter(({ phase }) => phase === "Running" || phase === "Pending"),
      ({ namespace }) => namespace,
    );
    const failing = failingFlows(flows);
    const findings = selecting.flatMap((service) => {
      const selector = service.selector ?? {};
      const slices = slicesOf.get(`${service.namespace}/${service.name}`) ?? [];
      const endpoints = slices.flatMap((slice) => slice.endpoints);
      if (endpoints.some(({ ready }) => ready) || service.publishNotReadyAddresses) return [];
      const candidates = podsOf.get(service.namespace) ?? [];
      const selected = candidates.filter(({ labels }) => matches(selector, labels));
      const explains = flows
        .filter(({ flow }) => failing.has(flow.id) && reachesService(flow, service))
        .map(({ flow }) => flow.id);
      const ref = refOf("Service", service);
      if (selected.length > 0) {
        const reasons = [...new Set(selected.flatMap(notReadyReason))].slice(0, 3);
        return [
          serviceWithoutReadyEndpoints.at(
            ref,
            { total: selected.length, selector: print(selector), reasons },
            { confidence: "proven", evidence: endpointEvidence(slices), explains },
          ),
        ];
      }
      const asleep = workloads.find(
        (workload) =>
          workload.namespace === service.namespace && workload.desired === 0 && matches(selector, workload.selector),
      );
      if (asleep !== undefined) {
        const shown = `${asleep.kind} ${asleep.name}`;
        const seen = evidence(
          `api/${asleep.kind.toLowerCase()}s`,
          `${asleep.namespace}/${asleep.name} spec.replicas`,
          "0",
        );
        return [serviceScaledToZero.at(ref, { workload: shown }, { confidence: "proven", evidence: [seen], explains })];
      }
      const alike = candidates.filter(({ labels }) => differsInOne(selector, labels));
      const [near] = alike;
      return [
        serviceSelectingNoPods.at(
          ref,
          { selector: print(selector), near: near?.name ?? "", patch: patchOf(selector, alike) },
          {
            confidence: "proven",
            evidence: [
              evidence("api/services", `${service.namespace}/${service.name} spec.selector`, print(selector)),
              ...(near === undefined
                ? []
                : [
                    evidence(
                      "api/pods",
                      `${near.namespace}/${near.name} metadata.labels`,
                      print(onlyKeys(near.labels, selector)),
                    ),
                  ]),
              ...endpointEvidence(slices),
            ],
            explains,
          },
        ),
      ];
    });
    return { examined: selecting.length, findings };
  },
});

const matches = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);
const print = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
const onlyKeys = (labels: Labels, of: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => key in of));

/** One label short of a match: the others tell that the Pod is meant. A selector of one label has no others, so its value must be nearly right. */
function differsInOne(selector: Labels, labels: Labels): boolean {
  const wrong = Object.entries(selector).filter(([key, value]) => labels[key] !== value);
  const [first] = wrong;
  if (first === undefined || wrong.length > 1) return false;
  const [key, value] = first;
  return Object.keys(selector).length > 1 || isMisspelt(value, labels[key] ?? "");
}

/** The selector with the one value that all Pods alike have in place of the wrong one. */
function patchOf(selector: Labels, alike: readonly Pod[]): string {
  const wanted = alike.map(({ labels }) => {
    const [key = ""] = Object.keys(selector).filter((one) => labels[one] !== selector[one]);
    return labels[key] === undefined ? "" : JSON.stringify({ spec: { selector: { [key]: labels[key] } } });
  });
  const [patch = "", ...others] = new Set(wanted);
  return others.length > 0 ? "" : patch;
}

function notReadyReason(pod: Pod): readonly string[] {
  const container = pod.containers.find(({ ready }) => !ready);
  if (container === undefined) return pod.terminating ? ["terminating"] : [];
  return [
    container.reason !== "" ? container.reason : `container ${container.name} is ${container.state} and not ready`,
  ];
}
function endpointEvidence(slices: readonly EndpointSlice[]) {
  return slices
    .slice(0, 2)
    .map((slice) =>
      evidence(
        "api/endpointslices",
        `${slice.namespace}/${slice.name} endpoints`,
        slice.endpoints.length === 0 ? "none" : `${slice.endpoints.length}, none ready`,
      ),
    );
}
function reachesService(flow: FlowResult["flow"], service: Service): boolean {
  return flow.to.kind === "Service" && flow.to.namespace === service.namespace && flow.to.name === service.name;
}
