import { dirname, resolve, sep } from "node:path";
import { loadAll } from "js-yaml";
import * as v from "valibot";
import { AccessError } from "./access-error.ts";

const text = v.optional(
  v.pipe(
    v.nullable(v.string()),
    v.transform((value) => value ?? ""),
  ),
  "",
);
const flag = v.optional(
  v.pipe(
    v.nullable(v.boolean()),
    v.transform((value) => value ?? false),
  ),
  false,
);
const texts = v.optional(
  v.pipe(
    v.nullable(v.array(v.string())),
    v.transform((value) => value ?? []),
  ),
  [],
);
const listOf = <T extends v.GenericSchema>(entry: T) =>
  v.optional(
    v.pipe(
      v.nullable(v.array(entry)),
      v.transform((value) => value ?? []),
    ),
    [],
  );

const clusterSchema = v.object({
  server: text,
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": flag,
  "tls-server-name": text,
  "proxy-url": text,
  "disable-compression": flag,
  extensions: listOf(v.object({ name: v.string(), extension: v.unknown() })),
});
const execSchema = v.object({
  apiVersion: text,
  command: text,
  args: texts,
  env: listOf(v.object({ name: v.string(), value: v.string() })),
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text,
});
const userSchema = v.object({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  as: text,
  "as-uid": text,
  "as-groups": texts,
  "as-user-extra": v.nullish(v.record(v.string(), v.array(v.string())), {}),
  exec: v.nullish(execSchema),
  "auth-provider": v.nullish(v.object({ name: v.string(), config: v.nullish(v.record(v.string(), v.string()), {}) })),
});
const contextSchema = v.object({ cluster: text, user: text, namespace: text });
const fileSchema = v.object({
  "current-context": text,
  clusters: listOf(v.object({ name: v.string(), cluster: v.nullish(clusterSchema, {}) })),
  users: listOf(v.object({ name: v.string(), user: v.nullish(userSchema, {}) })),
  contexts: listOf(v.object({ name: v.string(), context: v.nullish(contextSchema, {}) })),
});

export type ClusterEntry = v.InferOutput<typeof clusterSchema>;
export type UserEntry = v.InferOutput<typeof userSchema>;
export type ContextEntry = v.InferOutput<typeof contextSchema>;
export type ExecEntry = v.InferOutput<typeof execSchema>;

/** Kubeconfig entries by name; relative paths already resolved against the file that names them. */
export interface Kubeconfig {
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
}

export const emptyCluster: ClusterEntry = v.parse(clusterSchema, {});
export const emptyUser: UserEntry = v.parse(userSchema, {});

/** Reads one kubeconfig. An empty file is an empty kubeconfig, as for kubectl. Throws AccessError "bad-kubeconfig". */
export function parseKubeconfig(content: string, file: string): Kubeconfig {
  const parsed = v.safeParse(fileSchema, documentOf(content, file) ?? {});
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const where = v.getDotPath(issue) ?? "the document";
    throw badFile(file, `${where}: expected ${issue.expected ?? "another type"}, got ${kindOfInput(issue.input)}`);
  }
  const within = (path: string) => (path === "" ? "" : resolve(dirname(file), path));
  const { clusters, users, contexts } = parsed.output;
  return {
    currentContext: parsed.output["current-context"],
    clusters: onceEach(
      "cluster",
      file,
      clusters.map(({ name, cluster }) => [name, clusterWithin(cluster, within)]),
    ),
    users: onceEach(
      "user",
      file,
      users.map(({ name, user }) => [name, userWithin(user, within)]),
    ),
    contexts: onceEach(
      "context",
      file,
      contexts.map(({ name, context }) => [name, context]),
    ),
  };
}

/** kubectl's merge: of several files the first to define a name, or the current context, wins. */
export function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  return {
    currentContext: files.find(({ currentContext }) => currentContext !== "")?.currentContext ?? "",
    clusters: firstWins(files.flatMap(({ clusters }) => [...clusters])),
    users: firstWins(files.flatMap(({ users }) => [...users])),
    contexts: firstWins(files.flatMap(({ contexts }) => [...contexts])),
  };
}

function documentOf(content: string, file: string): unknown {
  try {
    return loadAll(content)[0];
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw badFile(file, message);
  }
}

function badFile(file: string, message: string): AccessError {
  return new AccessError(
    "bad-kubeconfig",
    `${file} is not a valid kubeconfig: ${message}`,
    `Correct the file, or name another with --kubeconfig; to see it: kubectl config view --kubeconfig ${file}`,
  );
}

/** Never the value: it may be a credential. */
function kindOfInput(input: unknown): string {
  return input === null ? "null" : Array.isArray(input) ? "a list" : typeof input;
}

function clusterWithin(cluster: ClusterEntry, within: (path: string) => string): ClusterEntry {
  return { ...cluster, "certificate-authority": within(cluster["certificate-authority"]) };
}

function userWithin(user: UserEntry, within: (path: string) => string): UserEntry {
  const exec = user.exec ?? null;
  return {
    ...user,
    tokenFile: within(user.tokenFile),
    "client-certificate": within(user["client-certificate"]),
    "client-key": within(user["client-key"]),
    // A plugin named with a slash is looked for beside the kubeconfig, a bare name on PATH (client-go credential plugins).
    exec: exec === null ? null : { ...exec, command: exec.command.includes(sep) ? within(exec.command) : exec.command },
  };
}

/** Two of one name in the same file are an error, as in kubectl; in different files the first wins. */
function onceEach<T>(what: string, file: string, entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const map = firstWins(entries);
  if (map.size < entries.length) {
    const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) < index);
    throw badFile(file, `the ${what} \`${twice?.[0] ?? ""}\` is defined twice`);
  }
  return map;
}

function firstWins<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const [name, entry] of entries) {
    if (!map.has(name)) {
      map.set(name, entry);
    }
  }
  return map;
}
