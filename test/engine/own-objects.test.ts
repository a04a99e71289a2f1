import { expect, test } from "vitest";
import { conclude } from "../../src/engine/conclude.ts";
import type { Captures } from "../../src/model/capture.ts";
import { loadCase } from "../support/case/load-case.ts";
import { captured } from "../support/case/manifests.ts";

const namespace = "netdoctor-k7d2p";
const healthy = loadCase("engine", "healthy").captures;
const named = (name: string) => ({ namespace, name, uid: name });

/** A run whose probe Pods have addresses of no podCIDR and whose Service has no endpoint yet. */
function withRun(captures: Captures): Captures {
  const pod = {
    metadata: named("probe-0"),
    spec: { nodeName: "node1" },
    status: { phase: "Running", podIP: "10.99.0.9" },
  };
  const service = {
    metadata: named("probe"),
    spec: { selector: { role: "probe" }, clusterIP: "10.96.3.3", ports: [{ port: 8080 }] },
  };
  const own = [
    captured("session/run", JSON.stringify({ run: "k7d2p", namespace })),
    captured("session/pods", JSON.stringify([pod])),
    captured("session/services", JSON.stringify([service])),
    captured("session/endpointslices", "[]"),
    captured("session/events", "[]"),
  ];
  return new Map([...captures, ...own.map((capture) => [capture.id, capture] as const)]);
}

test("the run's own namespace is never examined", () => {
  const report = conclude(withRun(healthy));
  expect(report.findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  expect(JSON.stringify(report.findings)).not.toContain(namespace);
});

test("the same objects in a namespace of somebody else are examined", () => {
  const run = withRun(healthy);
  const report = conclude(
    new Map(
      [...run].map(([id, capture]) => [
        id,
        id === "session/run" ? captured(id, JSON.stringify({ run: "x", namespace: "other" })) : capture,
      ]),
    ),
  );
  expect(report.findings.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["pod-address-outside-range", "service-selecting-no-pods"]),
  );
});
