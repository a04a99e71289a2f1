import { describe, expect, onTestFinished, test } from "vitest";
import { cleanup } from "../../src/engine/cleanup.ts";
import { type ClusterScript, clusterDouble } from "../support/api-double/cluster-double.ts";
import { soon } from "../support/api-double/connected.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { rbac } from "../support/api-double/refusals.ts";

const OURS = { "app.kubernetes.io/managed-by": "netdoctor" };
const now = new Date("2026-01-02T04:00:00Z");

async function clean(script: Partial<ClusterScript>, options: { olderThanMs?: number; dryRun?: boolean } = {}) {
  const cluster = await clusterDouble({ nodes: [], ...script });
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const kubeconfig = directory.write("config", kubeconfigText({ server: cluster.url }));
  const found = await cleanup({ kubeconfig }, { olderThanMs: 0, dryRun: false, signal: soon(), now, ...options });
  return { cluster, found };
}

describe("cleanup", () => {
  test("deletes what carries both our label and our name, and nothing else", async () => {
    const { cluster, found } = await clean({
      namespaces: {
        "netdoctor-x7k2q": OURS,
        "netdoctor-bcdfg": OURS,
        "netdoctor-home": {},
        "netdoctor-other": { "app.kubernetes.io/managed-by": "Helm" },
        netdoctor: OURS,
        "netdoctor-x7k2q-copy": OURS,
        "my-netdoctor-x7k2q": OURS,
        "kube-system": OURS,
        shop: {},
      },
    });
    expect(found).toMatchObject({
      value: [
        { namespace: "netdoctor-x7k2q", left: [] },
        { namespace: "netdoctor-bcdfg", left: [] },
      ],
    });
    expect([...cluster.namespaces.keys()].sort()).toEqual([
      "kube-system",
      "my-netdoctor-x7k2q",
      "netdoctor",
      "netdoctor-home",
      "netdoctor-other",
      "netdoctor-x7k2q-copy",
      "shop",
    ]);
  });

  test("with --dry-run deletes nothing", async () => {
    const { cluster, found } = await clean({ namespaces: { "netdoctor-x7k2q": OURS } }, { dryRun: true });
    expect(found).toMatchObject({ value: [{ namespace: "netdoctor-x7k2q", left: ["not deleted: --dry-run"] }] });
    expect(cluster.changes()).toEqual([]);
  });

  test("leaves runs alone that are younger than asked, and takes those without a time", async () => {
    const run = (name: string, started?: string) => ({
      metadata: { name, annotations: started === undefined ? {} : { "netdoctor.dev/started": started } },
    });
    const items = [
      run("netdoctor-young", "2026-01-02T03:50:00Z"),
      run("netdoctor-old", "2026-01-02T02:00:00Z"),
      run("netdoctor-none"),
      run("netdoctor-odd", "yesterday"),
    ];
    const { cluster, found } = await clean(
      {
        answer: ({ method, path }) =>
          method === "GET" && path === "/api/v1/namespaces" ? { json: { metadata: {}, items } } : undefined,
      },
      { olderThanMs: 3_600_000 },
    );
    expect(found.known && found.value.map(({ namespace }) => namespace)).toEqual([
      "netdoctor-old",
      "netdoctor-none",
      "netdoctor-odd",
    ]);
    expect(cluster.requests.filter(({ path }) => path.includes("young"))).toEqual([]);
  });

  test("says what it may not delete, and what it may not list", async () => {
    const { found } = await clean({
      namespaces: { "netdoctor-x7k2q": OURS },
      answer: ({ method }) => (method === "DELETE" ? rbac("delete", "namespaces") : undefined),
    });
    expect(found).toMatchObject({ value: [{ left: [expect.stringContaining("cannot delete resource")] }] });
    const listing = await clean({
      answer: ({ path }) => (path === "/api/v1/namespaces" ? rbac("list", "namespaces") : undefined),
    });
    expect(listing.found).toMatchObject({ known: false, reason: "forbidden" });
  });
});
