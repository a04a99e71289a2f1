import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";

export const ingressBackendMissing = defineFinding<{
  readonly service: string;
  readonly port: string;
  /** The ports that the Service has; empty where there is no such Service. */
  readonly ports: readonly string[];
  readonly exists: boolean;
}>({
  id: "ingress-backend-missing",
  severity: "error",
  what: ({ service, port, ports, exists }) =>
    exists
      ? `sends to port ${port} of Service ${service}, which has ${ports.length === 0 ? "no port" : `only ${ports.join(", ")}`}`
      : `sends to Service ${service}, and there is no such Service in its namespace`,
  why: () => "The controller has nowhere to send these requests and answers 503 or 404 in place of the application.",
  next: ({ service }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "describe", "ingress", name),
    reads("kubectl", "-n", namespace, "get", "services"),
    reads("kubectl", "-n", namespace, "get", "service", service, "-o", "jsonpath={.spec.ports}"),
  ],
});

/** networking.k8s.io/v1 IngressBackend: a Service of the same namespace, by port number or port name. */
export const serviceIngressBackends = defineCheck({
  id: "service/ingress-backends",
  question: "Does every Ingress send to Services and ports that exist?",
  needs: ["ingresses", "services"],
  raises: [ingressBackendMissing],
  run({ ingresses, services }) {
    const byName = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service]));
    const findings = ingresses.flatMap((ingress) =>
      ingress.backends.flatMap(({ service, port }) => {
        const found = byName.get(`${ingress.namespace}/${service}`);
        const ports = found?.ports ?? [];
        if (found?.type === "ExternalName" || ports.some((one) => one.port === port || one.name === port)) return [];
        const shown = ports.map((one) => (one.name === "" ? `${one.port}` : `${one.name} (${one.port})`));
        return [
          ingressBackendMissing.at(
            refOf("Ingress", ingress),
            { service, port: `${port}`, ports: shown, exists: found !== undefined },
            {
              confidence: "proven",
              evidence: [
                evidence("api/ingresses", `${ingress.namespace}/${ingress.name} backend`, `${service}:${port}`),
                evidence(
                  "api/services",
                  `${ingress.namespace}/${service}`,
                  found === undefined ? "no such Service" : `ports ${shown.join(", ") || "none"}`,
                ),
              ],
            },
          ),
        ];
      }),
    );
    return { examined: ingresses.length, findings };
  },
});
