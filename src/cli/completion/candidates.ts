import { defaultNamespace } from "../../collect/api/access.ts";
import type { ConnectionOptions } from "../../collect/api/connection-options.ts";
import type { ShownFlag } from "../help/flag-rows.ts";
import { formats } from "../renderings.ts";

export interface Entry {
  readonly text: string;
  readonly about: string;
}
export interface Candidates {
  readonly entries: readonly Entry[];
  /** The shell is to offer files. */
  readonly files: boolean;
  /** False where more of the word may follow: no blank after it. */
  readonly whole: boolean;
}
export const NOTHING: Candidates = { entries: [], files: false, whole: true };
const FILES: Candidates = { ...NOTHING, files: true };
const TIMEOUT_MS = 2000;

const FILE_FLAGS: readonly string[] = [
  "kubeconfig",
  "certificate-authority",
  "client-certificate",
  "client-key",
  "bundle",
  "save",
  "baseline",
  "output-file",
  "file",
  "dir",
];
const KUBECONFIG_FLAGS = { context: "contexts", cluster: "clusters", user: "users" } as const;

const plain = (texts: readonly string[]): Candidates => ({
  entries: texts.map((text) => ({ text, about: "" })),
  files: false,
  whole: true,
});

/** The values of a flag; `prefix` is the "--flag=" that stands in the same word. */
export async function namedValues(
  flag: ShownFlag,
  prefix: string,
  word: string,
  connection: ConnectionOptions,
): Promise<Candidates> {
  const { name, options } = flag;
  // The shell replaces the part after the "=" where it breaks words there, and the word otherwise: cobra gives the whole word.
  const prefixed = (texts: readonly string[]): Candidates => plain(texts.map((text) => prefix + text));
  if (options.length > 0) return prefixed(options);
  if (name === "output") return prefixed(formats);
  if (FILE_FLAGS.includes(name)) return FILES;
  if (name === "context" || name === "cluster" || name === "user") {
    const { kubeconfigNames } = await import("../../engine/completion/names.ts");
    return prefixed(await kubeconfigNames(KUBECONFIG_FLAGS[name], connection));
  }
  if (name === "namespace") return prefixed(await names("namespaces", "", connection));
  return name === "nodes" ? nodeList(prefix, word, connection) : NOTHING;
}

/** "node1,no" → "node1,node2": names that are not yet in the list. */
async function nodeList(prefix: string, word: string, connection: ConnectionOptions): Promise<Candidates> {
  const typed = word.slice(prefix.length).split(",").slice(0, -1);
  const nodes = await names("nodes", "", connection);
  const lead = prefix + typed.map((each) => `${each},`).join("");
  return { ...plain(nodes.filter((node) => !typed.includes(node)).map((node) => lead + node)), whole: false };
}

/** The values of an argument of a command. */
export async function candidatesFor(
  command: string,
  arg: string,
  word: string,
  connection: ConnectionOptions,
): Promise<Candidates> {
  if (arg === "finding") {
    const { explain } = await import("../../engine/explain.ts");
    const ids = explain(undefined);
    return ids.known ? plain(ids.value.split("\n")) : NOTHING;
  }
  return command === "trace" || command === "policy" ? ends(word, connection) : NOTHING;
}

const KINDS = { svc: "services", deploy: "deployments", pod: "pods" } as const;
const isKind = (text: string): text is keyof typeof KINDS => Object.hasOwn(KINDS, text);

/** The end of a flow: POD, NAMESPACE/POD, svc/NAME, NAMESPACE/svc/NAME, deploy/NAME, node/NAME. One list of objects at most is fetched. */
async function ends(word: string, connection: ConnectionOptions): Promise<Candidates> {
  const parts = word.split("/").slice(0, -1);
  const [first = "", second = ""] = parts;
  const lead = parts.map((part) => `${part}/`).join("");
  if (parts.length === 0) return beginnings(connection);
  if (parts.length === 1 && first === "node")
    return plain((await names("nodes", "", connection)).map((name) => lead + name));
  if (parts.length === 1 && isKind(first)) {
    const namespace = await defaultNamespace(connection);
    return plain((await names(KINDS[first], namespace, connection)).map((name) => lead + name));
  }
  if (parts.length === 1) {
    const pods = await names("pods", first, connection);
    return plain([...pods, "svc/", "deploy/"].map((name) => lead + name));
  }
  if (parts.length === 2 && isKind(second))
    return plain((await names(KINDS[second], first, connection)).map((name) => lead + name));
  return NOTHING;
}

/** Pods of the default namespace, every namespace, and the kinds. */
async function beginnings(connection: ConnectionOptions): Promise<Candidates> {
  const namespace = await defaultNamespace(connection);
  const [pods, namespaces] = await Promise.all([
    names("pods", namespace, connection),
    names("namespaces", "", connection),
  ]);
  return plain([...pods, ...namespaces.map((name) => `${name}/`), "svc/", "deploy/", "node/"]);
}

async function names(
  kind: "pods" | "services" | "deployments" | "nodes" | "namespaces",
  namespace: string,
  connection: ConnectionOptions,
): Promise<readonly string[]> {
  const { objectNames } = await import("../../engine/completion/names.ts");
  return objectNames(kind, namespace, { connection, timeoutMs: TIMEOUT_MS });
}
