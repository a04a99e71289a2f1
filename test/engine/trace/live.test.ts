import { describe, expect, onTestFinished, test } from "vitest";
import { concludeTrace } from "../../../src/engine/trace/conclude.ts";
import { plannedTraceObjects } from "../../../src/engine/trace/planned-objects.ts";
import { type Asked, type Traced, type TraceRequest, trace } from "../../../src/engine/trace/trace.ts";
import { readSnapshot } from "../../../src/read/facts.ts";
import { type ClusterDouble, type ClusterScript, clusterDouble } from "../../support/api-double/cluster-double.ts";
import { exit, stdout } from "../../support/api-double/exec-channel.ts";
import { framed } from "../../support/api-double/frames.ts";
import { kubeconfigText, temporaryDirectory } from "../../support/api-double/kubeconfig.ts";
import { pageOf } from "../../support/api-double/objects.ts";
import { podSecurity } from "../../support/api-double/refusals.ts";
import type { SeenRequest } from "../../support/api-double/server.ts";
import { loadCase } from "../../support/case/load-case.ts";

const nodes = ["node1", "node2", "node3"];
const recorded = loadCase("engine", "healthy-and-nothing-sent").captures;
const connected =
  "TRY 0 2026/11/21 12:00:00.000200 socat[7] N opening connection to AF=2 10.244.1.7:8080|2026/11/21 12:00:00.000700 socat[7] N successfully connected from local address AF=2 10.244.0.5:43210|";
const record =
  "TRY 0\ntcp 6 118 TIME_WAIT src=10.244.0.5 dst=10.244.1.7 sport=43210 dport=8080 src=10.244.1.7 dst=10.244.0.5 sport=8080 dport=43210 [ASSURED]";

/** The recorded cluster behind an API server: what it lists, what its Nodes say, and how every probe ends. */
async function recordedCluster(
  answers: (kind: string, words: readonly string[]) => string,
  script: Partial<ClusterScript> = {},
) {
  const cluster = await clusterDouble({
    nodes,
    answer: (request, self) => script.answer?.(request, self) ?? listed(request),
    exec: (request) => {
      const [, , text = "", , nonce = "", , ...words] = request.query.getAll("command");
      return { steps: [stdout(framed(nonce, sections(request, text, words, self()))), exit(0)] };
    },
    ...(script.podStatus === undefined ? {} : { podStatus: script.podStatus }),
  });
  const self = (): ClusterDouble => cluster;
  return cluster;

  function sections(request: SeenRequest, text: string, [, ...words]: readonly string[], double: ClusterDouble) {
    if (!text.includes("NETDOCTOR_PROBE")) return nodeSections(nodeOf(request, double));
    return words.flatMap((name, at) =>
      at % 7 === 0 ? [{ name, text: answers(words[at + 3] ?? "", words.slice(at, at + 7)) }] : [],
    );
  }
}

function listed({ method, path, query }: SeenRequest) {
  const plural = /^\/(?:api\/v1|apis\/[^/]+\/v1)\/(\w+)$/.exec(path)?.[1];
  const text = recorded.get(`api/${plural}`)?.result;
  if (method !== "GET" || text?.known !== true || path === "/api/v1/namespaces") return undefined;
  const objects: unknown = JSON.parse(text.value);
  return Array.isArray(objects) ? { json: pageOf(objects, query) } : undefined;
}

/** Which Node a node Pod was put on, by the request that made it. */
function nodeOf({ path }: SeenRequest, cluster: ClusterDouble): string {
  const pod = /\/pods\/(node-\d+)\//.exec(path)?.[1] ?? "";
  const made = cluster.requests.find(({ method, body }) => method === "POST" && body.includes(`"name":"${pod}"`));
  return /"nodeName":"(\w+)"/.exec(made?.body ?? "")?.[1] ?? "";
}

function nodeSections(node: string) {
  return [...recorded].flatMap(([id, { result }]) =>
    id.startsWith(`node/${node}/`) && result.known
      ? [{ name: id.slice(`node/${node}/`.length), text: result.value }]
      : [],
  );
}

const healthy = (kind: string): string =>
  kind === "conntrack" ? record : kind === "mtu" ? "TRY 0 time=0.5 ms|" : connected;

function requestTo(cluster: ClusterDouble, asked: Partial<Asked>, different: Partial<TraceRequest> = {}): TraceRequest {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  return {
    bundle: null,
    connection: { kubeconfig: directory.write("config", kubeconfigText({ server: cluster.url })) },
    asked: { from: "web-1", to: "web-2", namespace: "shop", port: 8080, protocol: null, family: null, ...asked },
    pods: {
      run: "abc12",
      image: "img",
      pullPolicy: "IfNotPresent",
      pullSecret: null,
      probes: false,
      startedAt: new Date().toISOString(),
      deadlineSeconds: 900,
    },
    keepMs: null,
    limits: { nodePodMs: 3000, probePodMs: 300 },
    now: () => new Date(),
    onProgress: () => undefined,
    onNamespace: () => undefined,
    onLeft: () => undefined,
    witness: "never",
    onWitness: () => undefined,
    signal: AbortSignal.timeout(20_000),
    ...different,
  };
}
async function traced(request: TraceRequest): Promise<Traced> {
  const answer = await trace(request);
  if (answer.kind !== "traced") throw new Error(answer.message);
  return answer.traced;
}
const podsMade = (cluster: ClusterDouble): readonly string[] =>
  cluster.requests
    .filter(({ method, path, query }) => method === "POST" && path.endsWith("/pods") && !query.has("dryRun"))
    .map(({ body }) => /"nodeName":"(\w+)"/.exec(body)?.[1] ?? "")
    .sort();

/** Of each reading of a Node, the UIDs of the Pods it was told to look into; none = all. */
const looked = (cluster: ClusterDouble): readonly (readonly string[])[] =>
  cluster.requests
    .map(({ query }) => query.getAll("command"))
    .filter(([, , text = ""]) => text.includes("NETDOCTOR_NODE"))
    .map((command) => command.slice(6));

function uidOf(name: string): string {
  const pods = readSnapshot(recorded).pods;
  return (pods.known ? pods.value : []).find((pod) => pod.name === name)?.uid ?? "";
}

describe("a live trace looks", () => {
  test("into both Pods where the packet passes as predicted", async () => {
    const cluster = await recordedCluster(healthy);
    await (await traced(requestTo(cluster, {}))).cleaned;
    const both = ["web-1", "web-2"].map(uidOf);
    expect(looked(cluster).map((uids) => uids.slice(0, 2).sort())).toEqual([both.toSorted(), both.toSorted()]);
  });

  test("into every Pod of their Nodes where it does not", async () => {
    const cluster = await recordedCluster((kind) => (kind === "conntrack" ? "TRY 0" : "TRY 124 \nTRY 124 \nTRY 124 "));
    await (await traced(requestTo(cluster, {}))).cleaned;
    expect(looked(cluster).map(({ length }) => length)).toEqual([3, 3, 0, 0]);
  });

  test("into every Pod at once where only that shows who has an address", async () => {
    const cluster = await recordedCluster(healthy);
    await (await traced(requestTo(cluster, { to: "10.244.1.251" }))).cleaned;
    expect(looked(cluster).every(({ length }) => length === 0)).toBe(true);
  });
});

describe("a live trace", () => {
  test("puts Pods on the Nodes concerned only, proves the flow, and leaves nothing", async () => {
    const cluster = await recordedCluster(healthy);
    const { report, captures, cleaned, kept } = await traced(requestTo(cluster, {}));
    expect(await cleaned).toEqual([]);
    expect(podsMade(cluster)).toEqual(["node1", "node2"]);
    expect([...cluster.namespaces.keys()]).toEqual([]);
    expect(kept).toBeNull();
    expect(report.verdict).toBe("passes");
    expect(report.flows[0]).toMatchObject({ basis: "packet", clientSeen: { value: "10.244.0.5:43210" } });
    expect(concludeTrace(captures, report.question)).toEqual({ known: true, value: report });
  });

  test("names the finding where the packet gets no answer", async () => {
    const cluster = await recordedCluster((kind) => (kind === "conntrack" ? "TRY 0" : "TRY 124 \nTRY 124 \nTRY 124 "));
    const { report, cleaned } = await traced(requestTo(cluster, {}));
    await cleaned;
    expect(report.verdict).toBe("fails");
    expect(report.findings.map(({ id }) => id)).toEqual(["traffic-failing-unexplained"]);
    // ICMP does not pass either: nothing is said of sizes.
    expect(report.flows.map(({ flow }) => flow.purpose)).toEqual(["trace"]);
  });

  test("asks the sender's DNS for a name, and traces to the Service that it is", async () => {
    const asked: string[] = [];
    const cluster = await recordedCluster((kind, words) => {
      if (kind !== "dns") return healthy(kind);
      asked.push(words[6] ?? "");
      return /^A web\.shop\.svc\.cluster\.local\. ?/.test(words[6] ?? "")
        ? "TRY 0 ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1|web.shop.svc.cluster.local. 30 IN A 10.101.201.121|;; Query time: 1 msec|"
        : "TRY 0 ;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1|;; Query time: 1 msec|";
    });
    const { report, captures, cleaned } = await traced(requestTo(cluster, { to: "web.shop.svc.cluster.local" }));
    await cleaned;
    expect(asked.length).toBeGreaterThan(0);
    expect(report.notes.join()).toMatch(/web\.shop\.svc\.cluster\.local is 10\.101\.201\.121/);
    expect(report.flows.map(({ flow }) => flow.to.kind)).toContain("Service");
    expect(concludeTrace(captures, report.question)).toEqual({ known: true, value: report });
  });

  test("of a name without an address shows what was asked", async () => {
    const cluster = await recordedCluster(() => "TRY 9 ;; communications error: timed out|");
    const { report, cleaned } = await traced(requestTo(cluster, { to: "no.such.example" }));
    await cleaned;
    expect(report.verdict).toBe("fails");
    expect(report.notes.join()).toMatch(/got no address/);
    expect(report.flows.every(({ flow }) => flow.dns !== null)).toBe(true);
  });

  test("of a name that does not exist creates nothing", async () => {
    const cluster = await recordedCluster(healthy);
    const answer = await trace(requestTo(cluster, { to: "wbe-2" }));
    expect(answer).toMatchObject({ kind: "wrong-question", message: expect.stringMatching(/did you mean web-2/) });
    expect(cluster.changes()).toEqual([]);
  });

  test("predicts from the API alone where no Pod may be made, and says what was refused", async () => {
    const cluster = await recordedCluster(healthy, {
      answer: ({ method, path }) => (method === "POST" && path.endsWith("/pods") ? podSecurity : undefined),
    });
    const { report, cleaned } = await traced(requestTo(cluster, {}));
    expect(await cleaned).toEqual([]);
    expect([...cluster.namespaces.keys()]).toEqual([]);
    expect(report.verdict).toBe("unknown");
    expect(report.incomplete.map(({ what }) => what)).toContain("no Node was examined and no probe was sent");
  });
});

describe("--keep", () => {
  test("leaves the Pods, the next trace uses them, and adds what it lacks", async () => {
    const cluster = await recordedCluster(healthy);
    const first = await traced(requestTo(cluster, { to: "node/node1", port: null }, { keepMs: 600_000 }));
    expect(first.kept).toMatchObject({ namespace: "netdoctor-abc12", pods: 1 });
    expect(podsMade(cluster)).toEqual(["node1"]);
    const second = await traced(requestTo(cluster, {}));
    await Promise.all([first.cleaned, second.cleaned]);
    expect(podsMade(cluster)).toEqual(["node1", "node2"]);
    expect(second.kept).toMatchObject({ namespace: "netdoctor-abc12", pods: 2 });
    expect(second.report.verdict).toBe("passes");
    const third = await traced(requestTo(cluster, {}));
    await third.cleaned;
    expect(podsMade(cluster)).toEqual(["node1", "node2"]);
    expect([...cluster.namespaces.keys()]).toEqual(["netdoctor-abc12"]);
  });

  test("does not use Pods of another image, and deletes those whose time is over", async () => {
    const cluster = await recordedCluster(healthy);
    const kept = await traced(requestTo(cluster, {}, { keepMs: 60_000 }));
    await kept.cleaned;
    const base = requestTo(cluster, {});
    const other = await traced({
      ...base,
      pods: base.pods === null ? null : { ...base.pods, run: "xyz45", image: "another" },
    });
    await other.cleaned;
    expect(podsMade(cluster)).toHaveLength(4);
    expect([...cluster.namespaces.keys()]).toEqual(["netdoctor-abc12"]);
    const later = await traced({
      ...base,
      pods: base.pods === null ? null : { ...base.pods, run: "later" },
      now: () => new Date(Date.now() + 120_000),
    });
    await later.cleaned;
    expect([...cluster.namespaces.keys()]).toEqual([]);
  });
});

describe("trace --dry-run prints what would be created, and creates nothing", () => {
  async function planned(request: TraceRequest) {
    const text = await plannedTraceObjects(request);
    if (!text.known) throw new Error(text.detail);
    const list: unknown = JSON.parse(text.value);
    return list;
  }
  const onNode = (node: string) => ({ kind: "Pod", spec: { nodeName: node, hostNetwork: true } });

  test("a namespace with its account and a Pod on each Node concerned; for a session that is kept, only what it lacks", async () => {
    const cluster = await recordedCluster(healthy);
    const toNode = { to: "node/node1", port: null };
    expect(await planned(requestTo(cluster, {}))).toMatchObject({
      kind: "List",
      items: [
        { kind: "Namespace", metadata: { name: "netdoctor-abc12" } },
        { kind: "ServiceAccount" },
        onNode("node1"),
        onNode("node2"),
      ],
    });
    expect(cluster.changes()).toEqual([]);
    await (await traced(requestTo(cluster, toNode, { keepMs: 600_000 }))).cleaned;
    const before = cluster.changes().length;
    expect(await planned(requestTo(cluster, {}))).toMatchObject({ items: [onNode("node2")] });
    expect(await planned(requestTo(cluster, toNode))).toMatchObject({ items: [] });
    expect(cluster.changes()).toHaveLength(before);
  });

  test("nothing with --api-only; and a name that is not there is said", async () => {
    const cluster = await recordedCluster(healthy);
    expect(await planned(requestTo(cluster, {}, { pods: null }))).toMatchObject({ kind: "List", items: [] });
    const wrong = await plannedTraceObjects(requestTo(cluster, { to: "wbe-2" }));
    expect(wrong).toMatchObject({ known: false, detail: expect.stringContaining("wbe-2") });
  });
});
