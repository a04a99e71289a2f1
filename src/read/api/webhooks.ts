import type { WebhookConfiguration } from "../../model/kubernetes.ts";
import { asObjects, asOneOf, asString, asStrings, at, type JsonObject } from "../json-value.ts";
import { readCalledService } from "./called-service.ts";
import { nameOf } from "./object-list.ts";

/** admissionregistration.k8s.io/v1: failurePolicy is Fail where none is given. */
export const readValidatingWebhooks = (item: JsonObject): WebhookConfiguration | null =>
  readConfiguration("ValidatingWebhookConfiguration", item);

export const readMutatingWebhooks = (item: JsonObject): WebhookConfiguration | null =>
  readConfiguration("MutatingWebhookConfiguration", item);

function readConfiguration(kind: WebhookConfiguration["kind"], item: JsonObject): WebhookConfiguration | null {
  const name = nameOf(item);
  if (name === null) return null;
  return {
    kind,
    name,
    webhooks: asObjects(at(item, "webhooks")).map((webhook) => ({
      name: asString(webhook.name),
      service: readCalledService(at(webhook, "clientConfig", "service")),
      failurePolicy: asOneOf(webhook.failurePolicy, ["Fail", "Ignore"], "Fail"),
      intercepts: asObjects(webhook.rules).flatMap((rule) =>
        asStrings(rule.resources).map((resource) => `${asStrings(rule.operations).join("/")} ${resource}`),
      ),
    })),
  };
}
