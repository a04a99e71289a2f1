import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import type { NetworkPolicy } from "../../src/model/network-policy.ts";
import type { OutsideEnd, PodEnd, PolicyEnd } from "../../src/policy/end.ts";
import { judge, policySet } from "../../src/policy/judge.ts";
import { readNamespace } from "../../src/read/api/namespaces.ts";
import { readNetworkPolicy } from "../../src/read/api/network-policies.ts";
import { readPod } from "../../src/read/api/pods.ts";
import { allDialect, outside, pod } from "./drafts.ts";

/** Policies with published answers: np-guard's connectivity lists, and the network policy recipes. Read in place. */
const corpus = join(import.meta.dirname, "../../../shared/corpus/netpol");
const there = existsSync(corpus);
const reason = there ? "" : " (skipped: the corpus is not beside this repository)";

/** Folders with policies, Pods and np-guard's answer; the bank's policies share the Pods of one folder. */
const bank = [
  "semanticDiff-same-topologies-old1/bank_ns_list.json",
  "semanticDiff-same-topologies-old1/bank_pod_list.json",
];
const sets: readonly (readonly [string, readonly string[]])[] = [
  ["acs-security-demos", []],
  ["onlineboutique", []],
  ["semanticDiff-same-topologies-old1", []],
  ["semanticDiff-same-topologies-old3", bank],
  ["semanticDiff-same-topologies-new1", bank],
  ["semanticDiff-same-topologies-new1a", bank],
  ["semanticDiff-different-topologies-policy-a-with-ipblock", []],
  ["semanticDiff-different-topologies-policy-b-with-ipblock", []],
  ["with_end_port_example", []],
];

type Document = { readonly [key: string]: unknown };
const isDocument = (value: unknown): value is Document =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((here: unknown, key) => (isDocument(here) ? here[key] : undefined), value);

function documents(file: string): readonly Document[] {
  return loadAll(readFileSync(file, "utf8"))
    .filter(isDocument)
    .flatMap((document) => {
      if (!Array.isArray(document.items)) return [document];
      const kind = String(document.kind).replace(/List$/, "");
      return document.items.filter(isDocument).map((item) => (kind === "" ? item : { kind, ...item }));
    });
}

interface Cluster {
  readonly policies: readonly NetworkPolicy[];
  /** By the name that np-guard gives the workload. */
  readonly pods: ReadonlyMap<string, PodEnd>;
}
function cluster(folder: string, more: readonly string[]): Cluster {
  const own = readdirSync(join(corpus, "connlist", folder))
    .filter((name) => /\.(yaml|json)$/.test(name) && !name.startsWith("connlist_output"))
    .map((name) => `${folder}/${name}`);
  const all = [...own, ...more].flatMap((name) => documents(join(corpus, "connlist", name)));
  const labels = new Map(
    all
      .filter(({ kind }) => kind === "Namespace")
      .flatMap((item) => {
        const namespace = readNamespace(item);
        return namespace === null ? [] : [[namespace.name, namespace.labels] as const];
      }),
  );
  const pods = all.flatMap((item): [string, PodEnd][] => {
    const template = at(item, "spec", "template");
    const read =
      item.kind === "Pod"
        ? readPod(item)
        : isDocument(template)
          ? readPod({
              ...item,
              metadata: { ...Object(item.metadata), labels: at(template, "metadata", "labels") },
              spec: template.spec,
            })
          : null;
    if (read === null) return [];
    const { namespace, owner } = read;
    const name =
      item.kind === "Pod" && owner === null
        ? `${read.name}[Pod]`
        : `${owner?.name ?? read.name}[${owner?.kind ?? String(item.kind)}]`;
    const known = labels.get(namespace) ?? { "kubernetes.io/metadata.name": namespace };
    return [
      [
        `${namespace}/${name}`,
        pod(read.name, read.labels, {
          namespace,
          namespaceLabels: { labels: known, complete: true },
          ports: read.ports,
          node: "",
          ips: ["2001:db8::1"],
        }),
      ],
    ];
  });
  return {
    policies: all.filter(({ kind }) => kind === "NetworkPolicy").flatMap((item) => readNetworkPolicy(item) ?? []),
    pods: new Map(pods),
  };
}

/** "TCP 80-90,443,UDP 53" → whether a port is among them. */
function allows(text: string, protocol: string, port: number): boolean {
  if (text === "All Connections") return true;
  return text.split(/,(?=[A-Z])/).some((part) => {
    const [name, ranges = "1-65535"] = part.split(" ");
    return (
      name === protocol &&
      ranges.split(",").some((range) => {
        const [first = 0, last = first] = range.split("-").map(Number);
        return first <= port && port <= last;
      })
    );
  });
}
/** What the list has for two ends; a range of addresses may be said as a part of a larger one. */
function said(expected: ReadonlyMap<string, string>, from: string, to: string): readonly string[] {
  return [...expected].flatMap(([key, text]) => {
    const [sender = "", receiver = ""] = key.split(" => ");
    return covers(sender, from) && covers(receiver, to) ? [text] : [];
  });
}
function covers(outer: string, inner: string): boolean {
  if (!inner.endsWith("[External]") || !outer.endsWith("[External]")) return outer === inner;
  const number = (text = ""): number => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const [first, last] = outer.replace("[External]", "").split("-");
  const at = number(firstOf(inner).ips[0]);
  return number(first) <= at && at <= number(last);
}
function firstOf(range: string): OutsideEnd {
  return outside((range.split("-")[0] ?? "").replace(/^0\.0\.0\.0$/, "1.1.1.1"));
}

/** Neither a workload to itself nor the outside to the outside is in the lists. */
function isAsked({
  from,
  to,
  sender,
  receiver,
}: {
  readonly from: string;
  readonly to: string;
  readonly sender: PolicyEnd;
  readonly receiver: PolicyEnd;
}): boolean {
  return from !== to && (sender.kind !== "outside" || receiver.kind !== "outside");
}

function portsOf({ policies, pods }: Cluster): readonly number[] {
  const named = policies.flatMap(({ ingress, egress }) => [...ingress, ...egress].flatMap(({ ports }) => ports ?? []));
  const numbers = named.flatMap(({ port, endPort }) => [port, endPort].filter((each) => typeof each === "number"));
  const declared = [...pods.values()].flatMap(({ ports }) => ports.map(({ port }) => port));
  return [...new Set([...numbers.flatMap((port) => [port - 1, port, port + 1]), ...declared, 1, 61_000])].filter(
    (port) => port > 0 && port < 65_536,
  );
}

describe.runIf(there)(`np-guard's connectivity lists${reason}`, () => {
  test.each(sets)("%s", (folder, more) => {
    const one = cluster(folder, more);
    const answer =
      readdirSync(join(corpus, "connlist", folder)).find((name) => /^EXPECTED-.*_connlist_output/.test(name)) ?? "";
    const lines = readFileSync(join(corpus, "connlist", folder, answer), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("{"));
    const expected = new Map(lines.map((line) => [line.split(" : ")[0] ?? "", line.split(" : ")[1] ?? ""]));
    const ranges = [
      ...new Set([...expected.keys()].flatMap((key) => key.split(" => ")).filter((end) => end.endsWith("[External]"))),
    ];
    const ends: [string, PolicyEnd][] = [
      ...one.pods,
      ...ranges.map((range): [string, PolicyEnd] => [range, firstOf(range)]),
    ];
    expect(one.policies.length).toBeGreaterThan(0);
    expect(one.pods.size).toBeGreaterThan(1);
    const set = policySet(one.policies, allDialect);
    const pairs = ends.flatMap(([from, sender]) =>
      ends.map(([to, receiver]) => ({ from, to, sender, receiver })).filter((pair) => isAsked(pair)),
    );
    const ports = portsOf(one);
    const wrong = pairs.flatMap(({ from, to, sender, receiver }) => {
      const texts = said(expected, from, to);
      return (["TCP", "UDP", "SCTP"] as const).flatMap((protocol) =>
        ports.flatMap((port) => {
          const { verdict } = judge({ from: sender, to: receiver, protocol, port }, set);
          const wanted = texts.some((text) => allows(text, protocol, port)) ? "allowed" : "denied";
          return verdict === wanted ? [] : [`${from} => ${to} ${protocol} ${port}: ${verdict}, not ${wanted}`];
        }),
      );
    });
    expect(wrong).toEqual([]);
  });
});

describe.runIf(there)(`the network policy recipes${reason}`, () => {
  const recipe = (file: string): readonly NetworkPolicy[] =>
    documents(join(corpus, file)).flatMap(
      (item) => readNetworkPolicy({ ...item, metadata: { ...Object(item.metadata), namespace: "default" } }) ?? [],
    );
  const here = (name: string, labels: Readonly<Record<string, string>> = {}): PodEnd =>
    pod(name, labels, { namespace: "default" });
  const other = pod("x", { app: "bookstore", role: "monitoring" }, { namespace: "other" });
  const dns = pod("coredns", { "k8s-app": "kube-dns" }, { namespace: "kube-system" });
  const web = here("web", { app: "web" });
  const foo = here("foo", { app: "foo" });
  const api = here("api", { app: "bookstore", role: "api" });
  const server = here("server", { app: "apiserver" });
  test.each<[string, PolicyEnd, PolicyEnd, number, "TCP" | "UDP", string]>([
    ["recipe-01-deny-all-traffic-to-an-application", here("a"), web, 80, "TCP", "denied"],
    ["recipe-01-deny-all-traffic-to-an-application", web, here("a"), 80, "TCP", "allowed"],
    ["recipe-02-limit-traffic-to-an-application", here("a", { app: "bookstore" }), api, 80, "TCP", "allowed"],
    ["recipe-02-limit-traffic-to-an-application", here("a"), api, 80, "TCP", "denied"],
    ["recipe-02-limit-traffic-to-an-application", other, api, 80, "TCP", "denied"],
    ["recipe-04-deny-traffic-from-other-namespaces", here("a"), web, 80, "TCP", "allowed"],
    ["recipe-04-deny-traffic-from-other-namespaces", other, web, 80, "TCP", "denied"],
    ["recipe-08-allow-external-traffic", outside("192.0.2.7"), web, 80, "TCP", "allowed"],
    ["recipe-09-allow-traffic-only-to-a-port", here("m", { role: "monitoring" }), server, 5000, "TCP", "allowed"],
    ["recipe-09-allow-traffic-only-to-a-port", here("m", { role: "monitoring" }), server, 8000, "TCP", "denied"],
    ["recipe-09-allow-traffic-only-to-a-port", other, server, 5000, "TCP", "denied"],
    ["recipe-11-deny-egress-traffic-from-an-application", foo, here("a"), 80, "TCP", "denied"],
    ["recipe-14-deny-external-egress-traffic", foo, outside("192.0.2.7"), 443, "TCP", "denied"],
    ["recipe-14-deny-external-egress-traffic", foo, dns, 53, "UDP", "allowed"],
  ])("%s", (file, from, to, port, protocol, verdict) => {
    const policies = recipe(`${file}.yaml`);
    expect(policies.length).toBeGreaterThan(0);
    expect(judge({ from, to, protocol, port }, policySet(policies, allDialect)).verdict).toBe(verdict);
  });
});

test.runIf(there)(`policies that an API server refuses are read without an error${reason}`, () => {
  const files = readdirSync(join(corpus, "invalid"));
  const read = files.map((name) => documents(join(corpus, "invalid", name)).map((item) => readNetworkPolicy(item)));
  expect(read.length).toBeGreaterThan(50);
});
