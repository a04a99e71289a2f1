import type { Fault } from "../fault.ts";
import type { Lab } from "../lab.ts";
import { apply, webPod } from "../workload.ts";

const webhook = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "quota-guard" },
  webhooks: [
    {
      name: "quota.example.com",
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      failurePolicy: "Fail",
      timeoutSeconds: 2,
      clientConfig: { service: { namespace: "shop", name: "quota-guard", path: "/check" } },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
    },
  ],
};

async function create(lab: Lab): Promise<void> {
  const metadata = { name: "guarded", namespace: "shop" };
  await apply(lab, { apiVersion: "v1", kind: "Pod", metadata, spec: webPod });
}

export const fault: Fault = {
  name: "webhook-service-missing",
  story: "A policy engine was uninstalled and its webhook left behind: no Pod can be made in shop.",
  lab: {},
  inject: (lab) => apply(lab, webhook),
  prove: async (lab) => {
    const refusal = await create(lab).then(
      () => "",
      (error: unknown) => String(error),
    );
    if (!refusal.includes("failed calling webhook")) throw new Error(`nobody is hurt: ${refusal || "a Pod was made"}`);
  },
  expect: {
    id: "webhook-without-endpoints",
    kind: "ValidatingWebhookConfiguration",
    name: "quota-guard",
    severity: "error",
  },
  heal: async (lab) => {
    await lab.kubectl(["delete", "validatingwebhookconfiguration", "quota-guard", "--ignore-not-found"]);
  },
};
