import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/collect/api/connection.ts";
import { runNamespace } from "../../src/collect/session/objects.ts";
import { conclude } from "../../src/engine/conclude.ts";
import { ownerOf } from "../../src/engine/kept-sessions.ts";
import { obtain, type Request, runOptions } from "../../src/engine/obtain.ts";
import { type ClusterDouble, type ClusterScript, clusterDouble } from "../support/api-double/cluster-double.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { podSecurity, quota, rbac } from "../support/api-double/refusals.ts";
import type { SeenRequest } from "../support/api-double/server.ts";

const NODES = ["node1", "node2"];
const isPodCreation = ({ method, path }: SeenRequest): boolean => method === "POST" && path.endsWith("/pods");

function requestTo(cluster: ClusterDouble, different: Partial<Request> = {}): Request {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  return {
    bundle: null,
    connection: { kubeconfig: directory.write("config", kubeconfigText({ server: cluster.url })) },
    apiOnly: false,
    image: "img",
    pullPolicy: "IfNotPresent",
    pullSecret: null,
    probes: true,
    limits: { nodePodMs: 1000, probePodMs: 300 },
    egress: { targets: [], off: false },
    nodes: [],
    onProgress: () => undefined,
    onNamespace: () => undefined,
    onLeft: () => undefined,
    signal: AbortSignal.timeout(15_000),
    ...different,
  };
}
async function live(script: Partial<ClusterScript>, different: Partial<Request> = {}) {
  const cluster = await clusterDouble({ nodes: NODES, ...script });
  const obtained = await obtain(requestTo(cluster, different));
  if (!obtained.known) throw new Error(obtained.detail);
  const { captures, cleaned } = obtained.value;
  return { cluster, captures, left: await cleaned, report: conclude(captures) };
}

describe("a live run", () => {
  test("reads every Node, sends the probes it planned, and leaves nothing", async () => {
    const asked: string[] = [];
    const { cluster, captures, left } = await live({
      sections: (program, words) => {
        asked.push(program);
        return program === "node"
          ? [{ name: "link", text: "[]" }]
          : words.filter((_, at) => at % 7 === 0).map((name) => ({ name, text: "TRY 0 \n" }));
      },
    });
    for (const node of NODES) expect(captures.get(`node/${node}/link`)?.result).toMatchObject({ value: "[]" });
    expect(captures.get("session/run")?.result.known).toBe(true);
    const plan = captures.get("probe/plan")?.result;
    expect(plan?.known && plan.value).toContain("node-to-pod");
    expect(asked).toContain("probe");
    expect(left).toEqual([]);
    expect([...cluster.namespaces.keys()]).toEqual([]);
    expect(cluster.changes().slice(-2)).toEqual([
      "DELETE /api/v1/namespaces/RUN/pods",
      "DELETE /api/v1/namespaces/RUN",
    ]);
  });

  test("a probe that stayed without an answer is sent once more, and the later answer counts", async () => {
    const rounds: string[][] = [];
    const { report } = await live({
      sections: (program, words) => {
        if (program === "node") return [{ name: "link", text: "[]" }];
        const ids = words.filter((_, at) => at % 7 === 0);
        rounds.push(ids);
        const isLater = rounds.flat().filter((id) => id === ids[0]).length > 1;
        return ids.map((name) => ({ name, text: isLater ? "TRY 0 \n" : "TRY 124 \n".repeat(3) }));
      },
    });
    const tried = report.flows.flatMap(({ observed }) => (observed.known ? [observed.value.sent] : []));
    expect(report.findings).toEqual([]);
    expect(tried).toContain(4);
  });

  test("with --api-only changes nothing at all", async () => {
    const { cluster, captures } = await live({}, { apiOnly: true });
    expect(cluster.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(captures.get("api/nodes")?.result.known).toBe(true);
    expect(captures.has("session/run")).toBe(false);
  });

  test("with --nodes puts Pods on those only", async () => {
    const { cluster, captures } = await live({}, { nodes: ["node2"] });
    const nodes = cluster.requests.filter(isPodCreation).map(({ body }) => /"nodeName":"(\w+)"/.exec(body)?.[1]);
    expect(new Set(nodes)).toEqual(new Set(["node2"]));
    expect(captures.get("node/node1/session")?.result).toMatchObject({ reason: "not-collected" });
  });
});

describe("what the cluster refuses is in the report with what would unlock it, and nothing is left", () => {
  const privileged = "allow the privileged PodSecurity level in the run's namespace, or run with --api-only";
  test.each([
    ["PodSecurity", podSecurity, privileged],
    ["a quota", quota, "raise the quota for Pods, or run with --api-only"],
  ])("%s", async (_, reply, unlock) => {
    const { cluster, report, left } = await live({ answer: (request) => (isPodCreation(request) ? reply : undefined) });
    expect(report).toMatchObject({ verdict: "incomplete", findings: [] });
    expect(report.incomplete).toContainEqual(
      expect.objectContaining({ what: "no Node was examined and no probe was sent", unlock }),
    );
    expect([...cluster.namespaces.keys()]).toEqual([]);
    expect(left).toEqual([]);
  });

  test("RBAC: nothing was created, so that nothing is deleted and nothing can be left", async () => {
    const { cluster, report, left } = await live({
      answer: ({ method, path }) =>
        method === "GET" || !path.startsWith("/api/v1/namespaces")
          ? undefined
          : rbac(method.toLowerCase(), "namespaces"),
    });
    expect(report.incomplete.map(({ unlock }) => unlock)).toContain(
      "an account with the rights that `kubectl netdoctor rbac` prints, or run with --api-only",
    );
    expect(cluster.changes()).toEqual(["POST /api/v1/namespaces dryRun"]);
    expect(left).toEqual([]);
  });

  test("Nodes that may not be listed get no Pods", async () => {
    const { cluster, report, left } = await live({
      answer: ({ path }) => (path === "/api/v1/nodes" ? rbac("list", "nodes") : undefined),
    });
    expect(cluster.changes()).toEqual([]);
    expect(left).toEqual([]);
    expect(report.incomplete.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["no Node was examined and no probe was sent", "nodes could not be listed"]),
    );
  });

  test("an image that cannot be pulled is the reason why a Node was not read", async () => {
    const waiting = { reason: "ImagePullBackOff", message: 'Back-off pulling image "img"' };
    const { cluster, captures, report } = await live({
      podStatus: ({ node }) =>
        node === "node1"
          ? { phase: "Running", podIPs: [{ ip: "10.244.0.9" }] }
          : { phase: "Pending", containerStatuses: [{ state: { waiting } }] },
    });
    expect(captures.get("node/node2/session")?.result).toEqual({
      known: false,
      reason: "failed",
      detail: 'the node Pod did not start: ImagePullBackOff: Back-off pulling image "img"',
    });
    expect(report.incomplete).toContainEqual(
      expect.objectContaining({ what: "Node node2", unlock: "an image that the Nodes can pull: --image" }),
    );
    expect([...cluster.namespaces.keys()]).toEqual([]);
  });

  test("a Node whose exec is refused costs that Node's facts only", async () => {
    const body = rbac("create", "pods/exec").json;
    const { captures, cluster } = await live({ exec: () => ({ refuse: { status: 403, body } }) });
    expect(captures.get("node/node1/session")?.result).toMatchObject({ known: false, reason: "forbidden" });
    expect(captures.get("api/nodes")?.result.known).toBe(true);
    expect([...cluster.namespaces.keys()]).toEqual([]);
  });
});

describe("a run that ends in the middle deletes its namespace", () => {
  async function endedBy(
    script: (controller: AbortController) => Partial<ClusterScript>,
  ): Promise<{ readonly cluster: ClusterDouble; readonly error: unknown }> {
    const controller = new AbortController();
    const cluster = await clusterDouble({ nodes: NODES, ...script(controller) });
    const error = await obtain(requestTo(cluster, { signal: controller.signal })).then(
      () => null,
      (cause: unknown) => cause,
    );
    return { cluster, error };
  }
  const interrupted = (controller: AbortController) => {
    controller.abort(new DOMException("interrupted", "AbortError"));
    return undefined;
  };

  test.each<[string, (request: SeenRequest) => boolean]>([
    [
      "while the namespace is being created",
      ({ method, path, query }) => method === "POST" && path === "/api/v1/namespaces" && !query.has("dryRun"),
    ],
    ["while Pods are being created", (request) => isPodCreation(request) && !request.query.has("dryRun")],
    ["while it waits for Pods", ({ method, path }) => method === "GET" && /\/netdoctor-\w+\/pods$/.test(path)],
  ])("interrupted %s", async (_, when) => {
    const { cluster, error } = await endedBy((controller) => ({
      answer: (request) => (when(request) ? interrupted(controller) : undefined),
    }));
    expect(error).toMatchObject({ name: "AbortError" });
    expect(cluster.changes()).toContain("DELETE /api/v1/namespaces/RUN");
    expect([...cluster.namespaces.keys()]).toEqual([]);
  });

  test("interrupted while Nodes are being read", async () => {
    const { cluster, error } = await endedBy((controller) => ({
      exec: () => {
        interrupted(controller);
        return { steps: [{ waitMs: 50 }] };
      },
    }));
    expect(error).toMatchObject({ name: "AbortError" });
    expect([...cluster.namespaces.keys()]).toEqual([]);
  });

  test("because the server answers with something that is none", async () => {
    const { cluster, error } = await endedBy(() => ({
      answer: (request) => (isPodCreation(request) ? { text: "<html>login</html>" } : undefined),
    }));
    expect(error).toMatchObject({ name: "AccessError", kind: "bad-answer" });
    expect([...cluster.namespaces.keys()]).toEqual([]);
  });

  test("and with a cluster that then forbids the deletion still ends for its own reason", async () => {
    const { error } = await endedBy((controller) => ({
      answer: (request) =>
        request.method === "DELETE"
          ? rbac("delete", "namespaces")
          : isPodCreation(request)
            ? interrupted(controller)
            : undefined,
    }));
    expect(error).toMatchObject({ name: "AbortError" });
  });
});

describe("sessions that `trace --keep` left", () => {
  /** A cluster with kept sessions in it: the owner's mark and when each is over. */
  async function keeping(
    script: Partial<ClusterScript>,
    ...kept: readonly (readonly [run: string, owner: "own" | "another", untilMs: number])[]
  ) {
    const cluster = await clusterDouble({ nodes: NODES, ...script });
    const request = requestTo(cluster);
    const connection = await connect(request.connection, { signal: request.signal });
    for (const [run, owner, untilMs] of kept) {
      const until = new Date(Date.now() + untilMs).toISOString();
      const options = { ...runOptions(request), run };
      const namespace = runNamespace({
        ...options,
        kept: { until, programs: "p", owner: owner === "own" ? ownerOf(connection) : owner },
      });
      await connection.create("/api/v1/namespaces", namespace, { signal: request.signal });
    }
    await connection.close();
    return { cluster, request };
  }

  test("are deleted by any run of the same user once their time is over; nobody else's, and none before", async () => {
    const { cluster, request } = await keeping(
      {},
      ["over", "own", -1000],
      ["later", "own", 60_000],
      ["other", "another", -1000],
    );
    const obtained = await obtain(request);
    expect(obtained.known && (await obtained.value.cleaned)).toEqual([]);
    expect([...cluster.namespaces.keys()].sort()).toEqual(["netdoctor-later", "netdoctor-other"]);
  });

  test("stay with --api-only, which changes nothing", async () => {
    const { cluster, request } = await keeping({}, ["over", "own", -1000]);
    await obtain({ ...request, apiOnly: true });
    expect([...cluster.namespaces.keys()]).toEqual(["netdoctor-over"]);
  });

  test("that may not be deleted are told", async () => {
    const { request } = await keeping(
      {
        answer: ({ method, path }) =>
          method === "DELETE" && path.includes("-over") ? rbac("delete", "namespaces") : undefined,
      },
      ["over", "own", -1000],
    );
    const obtained = await obtain(request);
    const left = obtained.known ? await obtained.value.cleaned : [];
    expect(left).toEqual([expect.stringMatching(/^Namespace netdoctor-over: .*cannot delete resource "namespaces"/)]);
  });
});

test("a namespace that stays is told", async () => {
  const { left } = await live({
    answer: ({ method }) => (method === "DELETE" ? rbac("delete", "namespaces") : undefined),
  });
  expect(left).toEqual([expect.stringMatching(/^Namespace netdoctor-\w+: .*cannot delete resource "namespaces"/)]);
});

test("a server that goes away before the cleanup is no crash: what may be left is told", async () => {
  const { left, report } = await live({
    answer: ({ method }, cluster) => {
      if (method === "DELETE") void cluster.close();
      return undefined;
    },
  });
  expect(report.cluster.nodes).toEqual(NODES);
  expect(left).toEqual([expect.stringMatching(/^Namespace netdoctor-\w+: cannot reach /)]);
});
