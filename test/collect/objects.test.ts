import { describe, expect, test } from "vitest";
import { collectApi } from "../../src/collect/api/objects.ts";
import type { Capture } from "../../src/model/capture.ts";
import { connected, double, soon } from "../support/api-double/connected.ts";
import { numbered, status } from "../support/api-double/objects.ts";
import type { ApiDoubleOptions, SeenRequest } from "../support/api-double/server.ts";

const EMPTY = Object.fromEntries(
  [
    "/api/v1/pods",
    "/api/v1/nodes",
    "/api/v1/services",
    "/api/v1/events",
    "/apis/apps/v1/deployments",
    "/apis/apps/v1/daemonsets",
    "/apis/discovery.k8s.io/v1/endpointslices",
    "/apis/networking.k8s.io/v1/networkpolicies",
    "/apis/networking.k8s.io/v1/ingresses",
    "/apis/networking.k8s.io/v1/servicecidrs",
  ].map((path) => [path, []]),
);
const NAMESPACES = { "/api/v1/namespaces": [{ metadata: { name: "kube-system" } }, { metadata: { name: "shop" } }] };
const COLLECTIONS: Readonly<Record<string, readonly unknown[]>> = { ...EMPTY, ...NAMESPACES };
const NO_GROUPS = { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", items: [] };
const noGroups = ({ path }: SeenRequest) => (path === "/apis" ? { json: NO_GROUPS } : undefined);
const now = () => new Date("2026-01-02T03:04:05Z");

async function collect(options: ApiDoubleOptions, signal = soon()) {
  const server = await double({ handle: noGroups, collections: COLLECTIONS, ...options });
  const connection = await connected(server, { namespace: "shop" });
  const captures = await collectApi(connection, { signal, now });
  return { server, captures: new Map(captures.map((capture) => [capture.id, capture])) };
}

function objects(capture: Capture | undefined): unknown {
  return capture?.result.known ? JSON.parse(capture.result.value) : capture?.result;
}

describe("collectApi", () => {
  test("has a capture for every resource, each with its command and time", async () => {
    const { captures } = await collect({});
    for (const name of ["version", "pods", "nodes", "namespaces", "services", "endpointslices", "networkpolicies"]) {
      expect(captures.get(`api/${name}`)?.result.known, name).toBe(true);
    }
    for (const name of ["servicecidrs", "ingresses", "daemonsets", "deployments", "events", "configmaps"]) {
      expect(captures.get(`api/${name}`)?.result.known, name).toBe(true);
    }
    expect(captures.get("api/pods")).toMatchObject({
      command: "kubectl get pods --all-namespaces -o json",
      takenAt: "2026-01-02T03:04:05.000Z",
    });
  });

  test("joins the pages of a long list", async () => {
    const pods = numbered("pod", 1201);
    const { captures } = await collect({ collections: { ...COLLECTIONS, "/api/v1/pods": pods } });
    expect(objects(captures.get("api/pods"))).toEqual(pods);
  });

  test("never reads a Secret, and asks for warnings only among the events", async () => {
    const { server } = await collect({});
    expect(server.requests.filter(({ path }) => /secret/i.test(path))).toEqual([]);
    expect(server.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    const events = server.requests.find(({ path }) => path === "/api/v1/events");
    expect(events?.query.get("fieldSelector")).toBe("type=Warning");
  });

  test("a resource that is forbidden is unknown, and our own namespace is read beside it", async () => {
    const forbidden = status(403, "Forbidden", 'pods is forbidden: User "ada" cannot list resource "pods"');
    const { captures } = await collect({
      collections: { ...COLLECTIONS, "/api/v1/namespaces/shop/pods": numbered("pod", 2) },
      handle: (request) => (request.path === "/api/v1/pods" ? { status: 403, json: forbidden } : noGroups(request)),
    });
    expect(captures.get("api/pods")?.result).toEqual({
      known: false,
      reason: "forbidden",
      detail: 'pods is forbidden: User "ada" cannot list resource "pods"',
    });
    expect(captures.get("api/pods@shop")).toMatchObject({ command: "kubectl get pods --namespace shop -o json" });
    expect(objects(captures.get("api/pods@shop"))).toEqual(numbered("pod", 2));
  });

  test("a namespace that is forbidden as well adds nothing", async () => {
    const { captures } = await collect({
      handle: (request) =>
        request.path.endsWith("/pods") ? { status: 403, json: status(403, "Forbidden", "no") } : noGroups(request),
    });
    expect(captures.get("api/pods")?.result).toMatchObject({ reason: "forbidden" });
    expect(captures.has("api/pods@shop")).toBe(false);
  });

  test("nodes that are forbidden have no namespace to fall back to", async () => {
    const { captures } = await collect({
      handle: (request) =>
        request.path === "/api/v1/nodes" ? { status: 403, json: status(403, "Forbidden", "no") } : noGroups(request),
    });
    expect(captures.get("api/nodes")?.result).toMatchObject({ reason: "forbidden" });
    expect([...captures.keys()].filter((id) => id.includes("@"))).toEqual([]);
  });

  test("ServiceCIDRs are read from v1beta1 where there is no v1, and not served where there is neither", async () => {
    const { "/apis/networking.k8s.io/v1/servicecidrs": _, ...without } = COLLECTIONS;
    const beta = { "/apis/networking.k8s.io/v1beta1/servicecidrs": [{ metadata: { name: "kubernetes" } }] };
    const first = await collect({ collections: { ...without, ...beta } });
    expect(objects(first.captures.get("api/servicecidrs"))).toEqual([{ metadata: { name: "kubernetes" } }]);
    const second = await collect({ collections: without });
    expect(second.captures.get("api/servicecidrs")?.result).toMatchObject({ known: false, reason: "not-served" });
  });

  test("one slow resource does not cost the others", async () => {
    const slow = (request: SeenRequest) =>
      request.path === "/api/v1/events" ? { delayMs: 30_000 } : noGroups(request);
    const { captures } = await collect({ handle: slow }, AbortSignal.timeout(4_000));
    expect(captures.get("api/events")?.result).toMatchObject({ known: false, reason: "timed-out" });
    expect(captures.get("api/pods")?.result.known).toBe(true);
    expect(captures.get("api/configmaps")?.result.known).toBe(true);
  });

  test("reports progress as pages come in", async () => {
    const server = await double({
      handle: noGroups,
      collections: { ...COLLECTIONS, "/api/v1/pods": numbered("p", 700) },
    });
    const seen: string[] = [];
    const onProgress = ({ what, objects: count }: { what: string; objects: number }) => seen.push(`${what} ${count}`);
    await collectApi(await connected(server), { signal: soon(), now, onProgress });
    expect(seen).toEqual(expect.arrayContaining(["pods 500", "pods 700", "nodes 0"]));
  });
});

describe("ConfigMaps", () => {
  const path = "/api/v1/namespaces/kube-system/configmaps";
  const corefile = { metadata: { name: "coredns", namespace: "kube-system", uid: "1" }, data: { Corefile: ".:53 {}" } };

  test("are read by name in the namespaces there are; absent ones are left out", async () => {
    const { captures, server } = await collect({
      handle: (request) => (request.path === `${path}/coredns` ? { json: corefile } : noGroups(request)),
    });
    expect(objects(captures.get("api/configmaps"))).toEqual([
      { metadata: { name: "coredns", namespace: "kube-system" }, data: { Corefile: ".:53 {}" } },
    ]);
    expect(server.requests.some((request) => request.path === path)).toBe(false);
    expect(server.requests.some((request) => request.path.includes("/namespaces/kube-flannel/"))).toBe(false);
  });

  test("one that may not be read makes the whole unknown; the rest is kept apart", async () => {
    const { captures } = await collect({
      handle: (request) => {
        if (request.path === `${path}/coredns`) {
          return { json: corefile };
        }
        const forbidden = request.path === `${path}/kubeadm-config`;
        return forbidden ? { status: 403, json: status(403, "Forbidden", "not for you") } : noGroups(request);
      },
    });
    expect(captures.get("api/configmaps")?.result).toEqual({
      known: false,
      reason: "forbidden",
      detail: "not for you",
    });
    expect(objects(captures.get("api/configmaps@partial"))).toMatchObject([{ metadata: { name: "coredns" } }]);
  });
});

describe("custom resources", () => {
  const ippools = "/apis/crd.projectcalico.org/v1/ippools";
  const pool = { metadata: { name: "default" }, spec: { cidr: "10.1.0.0/16" } };
  const verbs = ["get", "list"];
  const aggregated = {
    kind: "APIGroupDiscoveryList",
    items: [
      {
        metadata: { name: "crd.projectcalico.org" },
        versions: [
          {
            version: "v1",
            resources: [
              { resource: "ippools", responseKind: { kind: "IPPool" }, scope: "Cluster", verbs },
              { resource: "networkpolicies", responseKind: { kind: "NetworkPolicy" }, scope: "Namespaced", verbs },
            ],
          },
        ],
      },
      {
        metadata: { name: "projectcalico.org" },
        versions: [
          {
            version: "v3",
            resources: [{ resource: "ippools", responseKind: { kind: "IPPool" }, scope: "Cluster", verbs }],
          },
        ],
      },
      { metadata: { name: "example.org" }, versions: [{ version: "v1", resources: [] }] },
    ],
  };

  test("are found by one aggregated discovery, with their kind; policies and doubles are not read", async () => {
    const { captures, server } = await collect({
      collections: { ...COLLECTIONS, [ippools]: [pool] },
      handle: ({ path }) => (path === "/apis" ? { json: aggregated } : undefined),
    });
    expect(objects(captures.get("api/custom/ippools.crd.projectcalico.org"))).toEqual([{ kind: "IPPool", ...pool }]);
    expect(server.requests.some(({ path }) => path.includes("/projectcalico.org/"))).toBe(false);
    expect(server.requests.some(({ path }) => path.endsWith("crd.projectcalico.org/v1/networkpolicies"))).toBe(false);
    expect(server.requests.find(({ path }) => path === "/apis")?.headers.accept).toContain("as=APIGroupDiscoveryList");
  });

  test("what the cluster does not serve is said to be not served", async () => {
    const { captures } = await collect({});
    expect(captures.get("api/custom/ciliumnodes.cilium.io")?.result).toEqual({
      known: false,
      reason: "not-served",
      detail: "ciliumnodes.cilium.io is not served by this cluster",
    });
  });

  test("servers without aggregated discovery are asked group by group", async () => {
    const list = {
      kind: "APIGroupList",
      groups: [{ name: "crd.projectcalico.org", preferredVersion: { version: "v1" } }],
    };
    const resources = { resources: [{ name: "ippools", kind: "IPPool", namespaced: false, verbs }] };
    const { captures } = await collect({
      collections: { ...COLLECTIONS, [ippools]: [pool] },
      handle: ({ path }) => {
        if (path === "/apis") {
          return { json: list };
        }
        return path === "/apis/crd.projectcalico.org/v1" ? { json: resources } : undefined;
      },
    });
    expect(objects(captures.get("api/custom/ippools.crd.projectcalico.org"))).toEqual([{ kind: "IPPool", ...pool }]);
  });

  test("a discovery that is forbidden leaves every custom resource unknown for that reason", async () => {
    const { captures } = await collect({
      handle: ({ path }) =>
        path === "/apis" ? { status: 403, json: status(403, "Forbidden", "no discovery") } : undefined,
    });
    expect(captures.get("api/custom/ippools.crd.projectcalico.org")?.result).toEqual({
      known: false,
      reason: "forbidden",
      detail: "no discovery",
    });
  });
});
