import { defineCheck, defineFinding, evidence, reads } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";

export const apiServiceUnavailable = defineFinding<{ readonly service: string; readonly reason: string }>({
  id: "api-service-unavailable",
  severity: "error",
  what: ({ service, reason }) => `is not available: Service ${service} does not answer the API server: ${reason}`,
  why: () =>
    "The API server passes requests of this group on to that Service. Clients of the API fail, and so does the deletion of every namespace, which asks each group for what is left.",
  next: ({ service }, { name }) => {
    const [namespace = "", target = ""] = service.split("/");
    return [
      reads("kubectl", "describe", "apiservice", name),
      reads("kubectl", "-n", namespace, "get", "endpointslices", "--selector", `kubernetes.io/service-name=${target}`),
      reads("kubectl", "-n", namespace, "get", "pods", "-o", "wide"),
    ];
  },
});

/** kube-aggregator's own test of the Service, as the condition Available says (pkg/controllers/status). */
export const controlApiServices = defineCheck({
  id: "control/api-services",
  question: "Does every API answer that a Service in the cluster serves?",
  needs: ["apiServices"],
  raises: [apiServiceUnavailable],
  run({ apiServices }) {
    const served = apiServices.flatMap((api) => (api.service === null ? [] : [{ ...api, service: api.service }]));
    const findings = served
      .filter(({ available }) => !available)
      .map(({ name, service, reason }) => {
        const subject = { kind: "Service", ...service };
        return apiServiceUnavailable.at(
          { kind: "APIService", namespace: "", name },
          { service: `${service.namespace}/${service.name}`, reason: reason.replace(/[.:;,\s]+$/, "").slice(0, 160) },
          {
            confidence: "proven",
            evidence: [evidence("api/apiservices", `${name} status.conditions Available`, reason.slice(0, 300))],
            explains: [
              findingKey("service-selecting-no-pods", subject),
              findingKey("service-without-ready-endpoints", subject),
            ],
          },
        );
      });
    return { examined: served.length, findings };
  },
});
