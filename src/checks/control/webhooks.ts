import { defineCheck, defineFinding, evidence, reads } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import { groupBy } from "../../model/flow-outcome.ts";

export const webhookWithoutEndpoints = defineFinding<{
  readonly webhook: string;
  readonly service: string;
  readonly exists: boolean;
  readonly intercepts: readonly string[];
}>({
  id: "webhook-without-endpoints",
  severity: "error",
  what: ({ service, exists, intercepts }) =>
    `sends ${intercepts.length === 0 ? "requests" : `\`${intercepts.slice(0, 3).join(", ")}\``} to Service ${service}, ${exists ? "which has no ready endpoint" : "which is not there"}, and fails them`,
  why: () =>
    "With failurePolicy Fail the API server refuses what it cannot ask the webhook about: those objects can be neither made nor changed, and controllers try for ever.",
  next: ({ service, webhook }, { kind, name }) => {
    const [namespace = "", target = ""] = service.split("/");
    return [
      reads("kubectl", "get", kind.toLowerCase(), name, "-o", `jsonpath={.webhooks[?(@.name=="${webhook}")]}`),
      reads("kubectl", "-n", namespace, "get", "service", target),
      reads("kubectl", "-n", namespace, "get", "endpointslices", "--selector", `kubernetes.io/service-name=${target}`),
    ];
  },
});

/** Only webhooks that fail closed: with failurePolicy Ignore a dead one costs time, not the request. */
export const controlWebhooks = defineCheck({
  id: "control/webhooks",
  question: "Can the API server reach every admission webhook that it must ask?",
  needs: ["webhooks", "services", "endpointSlices"],
  raises: [webhookWithoutEndpoints],
  run({ webhooks, services, endpointSlices }) {
    const there = new Set(services.map(({ namespace, name }) => `${namespace}/${name}`));
    const slices = groupBy(endpointSlices, ({ namespace, service }) => `${namespace}/${service}`);
    const asked = webhooks.flatMap(({ kind, name, webhooks: all }) =>
      all.flatMap((webhook) => (webhook.service === null ? [] : [{ kind, name, webhook, service: webhook.service }])),
    );
    const findings = asked.flatMap(({ kind, name, webhook, service }) => {
      const key = `${service.namespace}/${service.name}`;
      const ready = (slices.get(key) ?? []).some(({ endpoints }) => endpoints.some((endpoint) => endpoint.ready));
      if (webhook.failurePolicy === "Ignore" || ready || webhook.intercepts.length === 0) return [];
      const target = { kind: "Service", ...service };
      return [
        webhookWithoutEndpoints.at(
          { kind, namespace: "", name },
          { webhook: webhook.name, service: key, exists: there.has(key), intercepts: webhook.intercepts },
          {
            confidence: "proven",
            evidence: [
              evidence(
                `api/${kind.toLowerCase()}s`,
                `${name} webhook ${webhook.name}`,
                `${webhook.failurePolicy}; ${key}:${service.port}`,
              ),
              there.has(key)
                ? evidence("api/endpointslices", key, "no ready endpoint")
                : evidence("api/services", key, "no such Service"),
            ],
            explains: [findingKey("service-selecting-no-pods", target)],
          },
        ),
      ];
    });
    return { examined: asked.length, findings };
  },
});
