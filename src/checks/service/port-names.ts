import { changes, defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { ContainerPort, Pod, Service, ServicePort } from "../../model/kubernetes.ts";
import { failedTo, printSelector, serviceSelects } from "../../model/selection.ts";

export const servicePortNameUnknown = defineFinding<{
  readonly port: number;
  readonly targetPort: string;
  readonly named: readonly string[];
  readonly selector: string;
  /** The one change that is left, as a merge patch; "" where there are several or none. */
  readonly patch: string;
}>({
  id: "service-port-name-unknown",
  severity: "error",
  what: ({ port, targetPort, named }) =>
    `sends port ${port} to the port named \`${targetPort}\`, and no container of its Pods names a port so${named.length === 0 ? "" : `; they name ${named.join(", ")}`}`,
  why: () =>
    "A name is looked up in each Pod's containerPorts. Where none has it the EndpointSlice lists no port, and connections are refused or time out although every Pod is ready.",
  next: ({ selector, patch }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "service", name, "-o", "jsonpath={.spec.ports}"),
    reads(
      "kubectl",
      "-n",
      namespace,
      "get",
      "pods",
      "--selector",
      selector,
      "-o",
      "jsonpath={.items[*].spec.containers[*].ports}",
    ),
    ...(patch === ""
      ? []
      : [changes("kubectl", "-n", namespace, "patch", "service", name, "--type=json", "-p", patch)]),
  ],
});

/** k8s.io/endpointslice, FindPort: a targetPort that is a name is searched in the containers' ports of the same protocol. */
export const servicePortNames = defineCheck({
  id: "service/port-names",
  question: "Does every named targetPort name a port of the Pods?",
  needs: ["services", "pods", "flows"],
  raises: [servicePortNameUnknown],
  run({ services, pods, flows }) {
    const named = services.filter(({ ports }) => ports.some(({ targetPort }) => typeof targetPort === "string"));
    const findings = named.flatMap((service) => {
      const selected = pods.filter(
        (pod) => pod.phase === "Running" && !pod.terminating && serviceSelects(service, pod),
      );
      return selected.length === 0
        ? []
        : service.ports.flatMap((port, index) => judge(service, port, index, selected, flows));
    });
    return { examined: named.length, findings };
  },
});

function judge(
  service: Service,
  port: ServicePort,
  index: number,
  pods: readonly Pod[],
  flows: Parameters<typeof failedTo>[1],
) {
  const { targetPort } = port;
  if (typeof targetPort !== "string") return [];
  const offered = pods.flatMap(({ ports }) => ports.filter(({ protocol }) => protocol === port.protocol));
  if (offered.some(({ name }) => name === targetPort)) return [];
  const params = {
    port: port.port,
    targetPort,
    named: [...new Set(offered.flatMap(({ name }) => (name === "" ? [] : [name])))].sort(),
    selector: printSelector(service.selector ?? {}),
    patch: patchOf(index, offered),
  };
  const [first] = pods;
  return [
    servicePortNameUnknown.at(refOf("Service", service), params, {
      confidence: "proven",
      evidence: [
        evidence("api/services", `${service.namespace}/${service.name} spec.ports[${index}].targetPort`, targetPort),
        evidence(
          "api/pods",
          `${first?.namespace}/${first?.name} spec.containers[*].ports`,
          offered.map(({ name, port: number }) => `${name === "" ? "(no name)" : name} ${number}`).join(", ") || "none",
        ),
      ],
      explains: failedTo(service, flows, port.port),
    }),
  ];
}

/** Where all containers offer one port, that one is meant: by its name, else by its number. */
function patchOf(index: number, offered: readonly ContainerPort[]): string {
  const targets = new Set(offered.map(({ name, port }) => (name === "" ? port : name)));
  const [value] = targets;
  return targets.size === 1 ? JSON.stringify([{ op: "replace", path: `/spec/ports/${index}/targetPort`, value }]) : "";
}
