import { double } from "./connected.ts";
import { type ExecScript, exit, stdout } from "./exec-channel.ts";
import { type FramedSection, framed } from "./frames.ts";
import { pageOf, status } from "./objects.ts";
import type { ApiDouble, Reply, SeenRequest } from "./server.ts";

/** What the test wants of a cluster that otherwise does as it is asked. */
export interface ClusterScript {
  readonly nodes: readonly string[];
  /** Answers before the cluster does; undefined = as the cluster would. */
  readonly answer?: (request: SeenRequest, cluster: ClusterDouble) => Reply | undefined;
  /** status of a created Pod; Running at once unless told otherwise. */
  readonly podStatus?: (pod: StoredPod) => object;
  /** Namespaces that are there from the start: name → labels. */
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Deleted namespaces stay, as with a finalizer that nobody removes. */
  readonly stuck?: boolean;
  /** What a program on a node Pod answers; nothing but its end unless told otherwise. */
  readonly sections?: (program: "node" | "probe", words: readonly string[]) => readonly FramedSection[];
  readonly exec?: (request: SeenRequest) => ExecScript;
  /** Plain HTTP unless false. */
  readonly plain?: boolean;
}
export interface StoredPod {
  readonly name: string;
  readonly node: string;
  readonly role: string;
  readonly object: object;
}
export interface ClusterDouble extends ApiDouble {
  readonly namespaces: ReadonlyMap<string, object>;
  /** What was asked that may change something, in order: "POST /api/v1/namespaces dryRun"; the run's name is RUN. */
  readonly changes: () => readonly string[];
}

const noGroups = { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", items: [] };
const created = (object: unknown): Reply => ({ status: 201, json: object });
export const refusal = (code: number, reason: string, message: string): Reply => ({
  status: code,
  json: status(code, reason, message),
});

/** A cluster of some Nodes that keeps what is created in it: namespaces, Pods that run, Services. Ends with the test. */
export async function clusterDouble(script: ClusterScript): Promise<ClusterDouble> {
  const store = new Store(script);
  let self: ClusterDouble | null = null;
  const server = await double({
    plain: script.plain ?? true,
    handle: (request) => (self === null ? undefined : script.answer?.(request, self)) ?? store.reply(request),
    exec: (request) => script.exec?.(request) ?? runProgram(request, script),
  });
  self = { ...server, namespaces: store.namespaces, changes: () => changesOf(server.requests) };
  return self;
}

function changesOf(requests: readonly SeenRequest[]): readonly string[] {
  return requests
    .filter(({ method }) => method !== "GET")
    .map(({ method, path, query }) => {
      const named = path.replace(/netdoctor-[a-z0-9]+/, "RUN");
      return `${method} ${named}${query.has("dryRun") ? " dryRun" : ""}`;
    });
}

function runProgram(request: SeenRequest, { sections }: ClusterScript): ExecScript {
  const [, , text = "", , nonce = "", , ...words] = request.query.getAll("command");
  const program = text.includes("NETDOCTOR_PROBE") ? "probe" : "node";
  // The first word of a probe program is how often to try.
  const own = program === "probe" ? words.slice(1) : words;
  return { steps: [stdout(framed(nonce, sections?.(program, own) ?? [])), exit(0)] };
}

class Store {
  readonly namespaces = new Map<string, object>();
  readonly #script: ClusterScript;
  readonly #pods = new Map<string, StoredPod[]>();

  constructor(script: ClusterScript) {
    this.#script = script;
    for (const [name, labels] of Object.entries(script.namespaces ?? {}))
      this.namespaces.set(name, { metadata: { name, labels } });
  }

  reply(request: SeenRequest): Reply | undefined {
    const { method, path } = request;
    const [, namespace, collection] = /^\/api\/v1\/namespaces\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (namespace !== undefined) return this.#within(request, namespace, collection);
    if (path === "/apis") return { json: noGroups };
    if (path === "/api/v1/namespaces" && method === "POST") return this.#createNamespace(request);
    if (method !== "GET" || path === "/version") return undefined;
    return { json: pageOf(this.#list(request), request.query) };
  }

  #list({ path, query }: SeenRequest): readonly unknown[] {
    if (path === "/api/v1/nodes") return this.#script.nodes.map(readyNode);
    if (path === "/api/v1/pods") return [...this.#pods.values()].flat().map((pod) => this.#served(pod));
    if (path !== "/api/v1/namespaces") return [];
    const [key = "", value = ""] = (query.get("labelSelector") ?? "").split("=");
    return [...this.namespaces.values()].filter((object) => key === "" || labelOf(object, key) === value);
  }

  #createNamespace({ body, query }: SeenRequest): Reply {
    const object: unknown = JSON.parse(body);
    if (!query.has("dryRun") && isObject(object)) this.namespaces.set(String(at(object, "metadata", "name")), object);
    return created(object);
  }

  #within(request: SeenRequest, namespace: string, collection: string | undefined): Reply {
    const { method, query } = request;
    const object = this.namespaces.get(namespace);
    if (object === undefined) return refusal(404, "NotFound", `namespaces "${namespace}" not found`);
    if (method === "POST") return this.#create(request, namespace, collection ?? "");
    if (method === "DELETE") return this.#delete(namespace, collection);
    if (collection === undefined) return { json: object };
    const pods = collection === "pods" ? (this.#pods.get(namespace) ?? []).map((pod) => this.#served(pod)) : [];
    return { json: pageOf(pods, query) };
  }

  #create({ body, query }: SeenRequest, namespace: string, collection: string): Reply {
    const object: unknown = JSON.parse(body);
    if (collection === "pods" && !query.has("dryRun") && isObject(object)) {
      const pod: StoredPod = {
        name: String(at(object, "metadata", "name")),
        node: String(at(object, "spec", "nodeName")),
        role: labelOf(object, "netdoctor.dev/role"),
        object,
      };
      this.#pods.set(namespace, [...(this.#pods.get(namespace) ?? []), pod]);
    }
    return created(object);
  }

  #delete(namespace: string, collection: string | undefined): Reply {
    this.#pods.delete(namespace);
    if (collection === undefined && this.#script.stuck !== true) this.namespaces.delete(namespace);
    return { json: { kind: "Status", apiVersion: "v1", status: "Success" } };
  }

  #served(pod: StoredPod): object {
    const runs = { phase: "Running", podIPs: [{ ip: "10.244.0.9" }] };
    return { ...pod.object, status: this.#script.podStatus?.(pod) ?? runs };
  }
}

const readyNode = (name: string): object => ({
  metadata: { name, labels: { "kubernetes.io/os": "linux" } },
  spec: {},
  status: {
    conditions: [{ type: "Ready", status: "True" }],
    addresses: [{ type: "InternalIP", address: "192.0.2.1" }],
  },
});
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isObject(inner) ? Reflect.get(inner, key) : undefined), value);
const labelOf = (object: unknown, key: string): string => String(at(object, "metadata", "labels", key) ?? "");
