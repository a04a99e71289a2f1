/** `node test/e2e/connection.ts [--lab NAME]`: who the API server sees behind kubectl and behind netdoctor, by the same flags, files and environment. */
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import * as Parser from "@oclif/core/parser";
import { execa } from "execa";
import pLimit from "p-limit";
import * as v from "valibot";
import { connectionOptions, kubeFlags } from "../../src/cli/flags.ts";
import { kubectlArguments } from "../../src/cli/kubectl-arguments.ts";
import { connect } from "../../src/collect/api/connection.ts";
import { Lab } from "../faults/lab.ts";
import { startConnectProxy } from "../support/api-double/proxy-server.ts";
import { type ConnectionCase, connectionCases, type Parts } from "./connection-cases.ts";
import { must, Tally } from "./tally.ts";

type Cluster = Pick<Lab, "kubeconfig" | "kubectl">;

/** One test a case: the same user, groups, UID and extra values, or a refusal from both. */
export async function testConnection(tally: Tally, lab: Cluster): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "netdoctor-"));
  const proxy = await startConnectProxy("127.0.0.1");
  const plain = execa("kubectl", ["proxy", "--port=0"], { env: { KUBECONFIG: await lab.kubeconfig() }, reject: false });
  try {
    const parts = await partsOf(lab, directory, proxy.url, await listening(plain));
    const gate = pLimit(4);
    const cases = connectionCases(parts).map((each, index) => ({ each, folder: join(directory, String(index)) }));
    const seenByKubectl = cases.map(({ each, folder }) =>
      gate(async () => {
        await prepare(each, folder);
        return kubectl(each, folder);
      }),
    );
    for (const [index, { each, folder }] of cases.entries()) {
      await tally.test(`connection: ${each.name}`, async () => {
        const [theirs, ours] = [await seenByKubectl[index], await netdoctor(each, folder)];
        must(theirs !== undefined && (theirs.user !== null) !== (each.refused === true), `kubectl: ${theirs?.said}`);
        must(
          theirs?.user === ours.user,
          `kubectl: ${theirs?.user ?? theirs?.said}\nnetdoctor: ${ours.user ?? ours.said}`,
        );
        return ours.user === null ? ours.said : undefined;
      });
    }
    must(proxy.asked.length > 0, "nobody used the proxy");
  } finally {
    plain.kill();
    await plain;
    proxy.close();
    await rm(directory, { recursive: true });
  }
}

interface Seen {
  /** UserInfo as JSON with sorted keys; null = no answer. */
  readonly user: string | null;
  /** What was said instead. */
  readonly said: string;
}

const userInfo = v.object({
  username: v.string(),
  uid: v.optional(v.string(), ""),
  groups: v.optional(v.array(v.string()), []),
  extra: v.optional(v.record(v.string(), v.array(v.string())), {}),
});
const review = v.object({ status: v.object({ userInfo }) });

function seen(answer: unknown): Seen {
  const { username, uid, groups, extra } = v.parse(review, answer).status.userInfo;
  const sorted = Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1));
  return { user: JSON.stringify({ username, uid, groups, extra: Object.fromEntries(sorted) }), said: "" };
}

function environment({ env = {}, files = {} }: ConnectionCase, folder: string): Record<string, string> {
  const kubeconfig = env.KUBECONFIG ?? ("config" in files ? "config" : "");
  const listed = kubeconfig.split(":").map((name) => (name === "" ? "" : join(folder, name)));
  return { PATH: process.env.PATH ?? "", HOME: folder, ...env, KUBECONFIG: listed.join(":") };
}

/** The last two words of --kubeconfig FILE are of the case's folder, whatever the current one is. */
const argvIn = ({ argv = [] }: ConnectionCase, folder: string): readonly string[] =>
  argv.map((word, index) => (argv[index - 1] === "--kubeconfig" ? join(folder, word) : word));

async function prepare({ files = {} }: ConnectionCase, folder: string): Promise<void> {
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text, { mode: 0o700 });
  }
}

async function kubectl(each: ConnectionCase, folder: string): Promise<Seen> {
  const { stdout, stderr, exitCode } = await execa(
    "kubectl",
    ["auth", "whoami", "-o", "json", ...argvIn(each, folder)],
    {
      env: environment(each, folder),
      extendEnv: false,
      reject: false,
      input: "",
      timeout: 60_000,
    },
  );
  return exitCode === 0 ? seen(JSON.parse(stdout)) : { user: null, said: stderr };
}

/** As a command does it, without its process: parse, connect, ask. */
async function netdoctor(each: ConnectionCase, folder: string): Promise<Seen> {
  const signal = AbortSignal.timeout(60_000);
  try {
    const argv = kubectlArguments(["check", ...argvIn(each, folder)]).slice(1);
    const { flags } = await Parser.parse(argv, { flags: kubeFlags, strict: true });
    const surroundings = { env: environment(each, folder), serviceAccountDir: join(folder, "none") };
    const connection = await connect(connectionOptions(flags), { signal, surroundings });
    try {
      const answer = await connection.create(
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
        { signal },
      );
      return answer.ok ? seen(answer.value) : { user: null, said: answer.refusal.message };
    } finally {
      await connection.close();
    }
  } catch (error) {
    return { user: null, said: error instanceof Error ? error.message : String(error) };
  }
}

const text = v.fallback(v.string(), "");
const adminConfig = v.object({
  clusters: v.tuple([v.object({ cluster: v.object({ server: v.string(), "certificate-authority-data": text }) })]),
  users: v.tuple([v.object({ user: v.object({ "client-certificate-data": text, "client-key-data": text }) })]),
});

async function partsOf(lab: Cluster, directory: string, proxy: string, plain: string): Promise<Parts> {
  const { clusters, users } = v.parse(
    adminConfig,
    JSON.parse(await lab.kubectl(["config", "view", "--raw", "--minify", "-o", "json"])),
  );
  const decoded = (data: string): string => Buffer.from(data, "base64").toString("utf8");
  const ca = decoded(clusters[0].cluster["certificate-authority-data"]);
  const certificate = decoded(users[0].user["client-certificate-data"]);
  const key = decoded(users[0].user["client-key-data"]);
  const token = await lab.kubectl(["create", "token", "default"]);
  for (const [name, content] of Object.entries({ "ca.pem": ca, "admin.crt": certificate, "admin.key": key, token })) {
    await writeFile(join(directory, name), content, { mode: 0o600 });
  }
  return { server: clusters[0].cluster.server, ca, certificate, key, token, directory, proxy, plain };
}

/** Where `kubectl proxy` listens: it says so in its first line. */
async function listening(proxy: { readonly stdout: NodeJS.ReadableStream }): Promise<string> {
  const [first] = await once(proxy.stdout, "data");
  const address = /127\.0\.0\.1:\d+/.exec(String(first))?.[0];
  must(address !== undefined, `kubectl proxy said: ${first}`);
  return `http://${address}`;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { lab: { type: "string", default: "conn" } } });
  const tally = new Tally();
  const lab = new Lab(values.lab, { nodes: 1 });
  await lab.up();
  await testConnection(tally, lab);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}
