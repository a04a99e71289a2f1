import { describe, expect, test } from "vitest";
import type { RunOptions } from "../../src/collect/session/objects.ts";
import { closeSession, openSession, type SessionLimits } from "../../src/collect/session/session.ts";
import { type ClusterScript, clusterDouble } from "../support/api-double/cluster-double.ts";
import { connected, soon } from "../support/api-double/connected.ts";
import { noAccountYet, podSecurity, quota, rbac } from "../support/api-double/refusals.ts";

const RUN: RunOptions = {
  run: "x7k2q",
  image: "img",
  pullPolicy: "IfNotPresent",
  pullSecret: null,
  probes: true,
  startedAt: "2026-01-02T03:04:05Z",
  deadlineSeconds: 900,
};
const LIMITS: SessionLimits = { nodePodMs: 3000, probePodMs: 300 };
const NODES = ["node1", "node2"];
const PODS = "/api/v1/namespaces/netdoctor-x7k2q/pods";

async function open(script: Partial<ClusterScript> = {}, run = RUN, limits = LIMITS) {
  const cluster = await clusterDouble({ nodes: NODES, ...script });
  const connection = await connected(cluster);
  return { cluster, connection, opened: await openSession(connection, run, NODES, limits, soon()) };
}
const sessionOf = ({ opened }: Awaited<ReturnType<typeof open>>) => {
  if (!opened.ok) throw new Error(opened.problem.refusal.message);
  return opened.session;
};

describe("opening a session", () => {
  test("asks for a rehearsal of each kind first, then creates the account of Pods and Services before the Pods themselves", async () => {
    const { cluster } = await open();
    const within = "/api/v1/namespaces/RUN";
    expect(cluster.changes().slice(0, 6)).toEqual([
      "POST /api/v1/namespaces dryRun",
      "POST /api/v1/namespaces",
      `POST ${within}/serviceaccounts`,
      `POST ${within}/pods dryRun`,
      `POST ${within}/services`,
      `POST ${within}/services`,
    ]);
    expect(cluster.changes().slice(6)).toEqual(Array.from({ length: 4 }, () => `POST ${within}/pods`));
  });

  test("creates each Node's probe Pod only when its node Pod runs, which notes what that changes", async () => {
    const { cluster, ...rest } = await open();
    const roles = cluster.requests
      .filter(({ method, path, query }) => method === "POST" && path === PODS && !query.has("dryRun"))
      .map(({ body }) => /"name":"(node|probe)-\d"/.exec(body)?.[1]);
    expect(roles).toEqual(["node", "node", "probe", "probe"]);
    const session = sessionOf({ cluster, ...rest });
    expect([...session.nodePods.keys()].sort()).toEqual(NODES);
    expect([...session.probePods.values()].map(({ running, ips }) => [running, ips])).toEqual([
      [true, ["10.244.0.9"]],
      [true, ["10.244.0.9"]],
    ]);
  });

  test("without probes creates neither Services nor probe Pods", async () => {
    const { cluster } = await open({}, { ...RUN, probes: false });
    expect(cluster.changes().filter((change) => change.includes("services"))).toEqual([]);
    expect(cluster.changes().filter((change) => change.endsWith("RUN/pods"))).toHaveLength(2);
  });

  test("waits for the ServiceAccount that a new namespace does not have yet where it may not make it", async () => {
    let left = 3;
    const { cluster, ...rest } = await open({
      answer: ({ method, path }) => {
        if (method === "POST" && path.endsWith("/serviceaccounts")) return rbac("create", "serviceaccounts");
        return method === "POST" && path === PODS && left-- > 0 ? noAccountYet : undefined;
      },
    });
    expect(sessionOf({ cluster, ...rest }).refused).toEqual(new Map());
    expect(cluster.changes().filter((change) => change.endsWith("pods dryRun"))).toHaveLength(4);
  });
});

describe("a refusal is a value, and nothing is created after it", () => {
  test.each([["RBAC forbids namespaces", rbac("create", "namespaces"), "create the namespace netdoctor-x7k2q"]])(
    "%s",
    async (_, reply, what) => {
      const { cluster, opened } = await open({
        answer: ({ method, path }) => (method === "POST" && path === "/api/v1/namespaces" ? reply : undefined),
      });
      expect(opened).toMatchObject({ ok: false, problem: { what, refusal: { status: 403, reason: "Forbidden" } } });
      expect(cluster.changes()).toEqual(["POST /api/v1/namespaces dryRun"]);
      expect([...cluster.namespaces.keys()]).toEqual([]);
    },
  );

  test.each([
    ["PodSecurity", podSecurity, 'violates PodSecurity "restricted:latest": host namespaces'],
    ["a quota", quota, "exceeded quota: pods, requested: pods=1, used: pods=10, limited: pods=10"],
  ])("%s refuses the rehearsal of the first Pod", async (_, reply, words) => {
    const { cluster, opened } = await open({
      answer: ({ method, path }) => (method === "POST" && path === PODS ? reply : undefined),
    });
    expect(opened).toMatchObject({
      ok: false,
      problem: {
        what: "create a privileged Pod in the namespace netdoctor-x7k2q",
        refusal: { message: expect.stringContaining(words) },
      },
    });
    expect(cluster.changes().at(-1)).toBe("POST /api/v1/namespaces/RUN/pods dryRun");
  });

  test("of one Node's Pod costs that Node only", async () => {
    const session = sessionOf(
      await open({
        answer: ({ method, path, query, body }) =>
          method === "POST" && path === PODS && !query.has("dryRun") && body.includes('"name":"node-1"')
            ? quota
            : undefined,
      }),
    );
    expect([...session.refused]).toEqual([["node2", expect.stringContaining("exceeded quota: pods")]]);
    expect([...session.nodePods.keys()]).toEqual(["node1"]);
    expect([...session.probePods.keys()]).toEqual(["node1"]);
  });
});

describe("a Pod that does not start", () => {
  const waiting = (reason: string, message: string) => ({
    phase: "Pending",
    containerStatuses: [{ state: { waiting: { reason, message } } }],
  });

  test.each(["ImagePullBackOff", "ErrImageNeverPull", "CreateContainerError"])(
    "because of %s is known with its reason, without waiting to the limit",
    async (reason) => {
      const start = performance.now();
      const session = sessionOf(
        await open({ podStatus: () => waiting(reason, "Back-off pulling image") }, RUN, {
          nodePodMs: 10_000,
          probePodMs: 10_000,
        }),
      );
      expect(performance.now() - start).toBeLessThan(5000);
      expect(session.nodePods.get("node1")).toMatchObject({
        running: false,
        failure: `${reason}: Back-off pulling image`,
      });
      expect(session.probePods.size).toBe(0);
    },
  );

  test("because it was evicted has that as its reason", async () => {
    const session = sessionOf(
      await open({ podStatus: () => ({ phase: "Failed", reason: "Evicted", message: "low on memory" }) }),
    );
    expect(session.nodePods.get("node2")?.failure).toBe("Evicted: low on memory");
  });

  test("is waited for to the limit, and then has no reason", async () => {
    const session = sessionOf(
      await open({ podStatus: () => waiting("ContainerCreating", "") }, RUN, { nodePodMs: 300, probePodMs: 300 }),
    );
    expect(session.nodePods.get("node1")).toMatchObject({ running: false, failure: null });
  });

  test("on the Pod network does not keep the Nodes from being read", async () => {
    const session = sessionOf(
      await open({
        podStatus: ({ role }) => (role === "node" ? { phase: "Running" } : waiting("ContainerCreating", "")),
      }),
    );
    expect([...session.nodePods.values()].every(({ running }) => running)).toBe(true);
    expect([...session.probePods.values()].some(({ running }) => running)).toBe(false);
  });
});

describe("closing a session", () => {
  const close = async (script: Partial<ClusterScript>, waitMs = 5000) => {
    const cluster = await clusterDouble({ nodes: NODES, namespaces: { "netdoctor-x7k2q": {} }, ...script });
    const connection = await connected(cluster);
    return { cluster, connection, left: await closeSession(connection, "netdoctor-x7k2q", waitMs, soon()) };
  };

  test("deletes the Pods at once, then the namespace, and leaves nothing", async () => {
    const { cluster, left } = await close({});
    expect(left).toEqual([]);
    expect(cluster.changes()).toEqual(["DELETE /api/v1/namespaces/RUN/pods", "DELETE /api/v1/namespaces/RUN"]);
    const [pods] = cluster.requests.filter(({ method }) => method === "DELETE");
    expect(JSON.parse(pods?.body ?? "")).toMatchObject({ gracePeriodSeconds: 0, propagationPolicy: "Background" });
    expect(cluster.namespaces.size).toBe(0);
  });

  test("of one that is gone already leaves nothing", async () => {
    expect((await close({ namespaces: {} })).left).toEqual([]);
  });

  test("says that the namespace stays when it does", async () => {
    const { left } = await close({ stuck: true }, 300);
    expect(left).toEqual(["Namespace netdoctor-x7k2q: still terminating after 0 s"]);
  });

  test("says why the namespace may not be deleted", async () => {
    const reply = rbac("delete", "namespaces");
    const { left } = await close({ answer: ({ method }) => (method === "DELETE" ? reply : undefined) });
    expect(left).toEqual([expect.stringContaining('User "ada" cannot delete resource "namespaces"')]);
  });

  test("of a server that is gone says that the namespace may be left, and does not throw", async () => {
    const cluster = await clusterDouble({ nodes: NODES });
    const connection = await connected(cluster);
    await cluster.close();
    expect(await closeSession(connection, "netdoctor-x7k2q", 300, soon())).toEqual([
      expect.stringMatching(/^Namespace netdoctor-x7k2q: cannot reach /),
    ]);
  });
});
