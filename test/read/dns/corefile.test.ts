import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CorefilePlugin } from "../../../src/model/dns.ts";
import { readClusterDns } from "../../../src/read/dns/cluster-dns.ts";
import { readCorefile } from "../../../src/read/dns/corefile.ts";
import { readSnapshot } from "../../../src/read/facts.ts";
import { captures, valueIn } from "../api/captures.ts";

const read = (text: string) => valueIn(readCorefile(text));
const refusal = (text: string) => {
  const result = readCorefile(text);
  return result.known ? "accepted" : result.detail;
};
const words = ({ name, args, block }: CorefilePlugin): unknown =>
  block.length === 0 ? [name, ...args] : [name, ...args, block.map(words)];
const plugins = (text: string) => read(text).servers.map((server) => server.plugins.map(words));

describe("readCorefile", () => {
  test("servers have zones, and plugins with words, blocks and lines", () => {
    const text = `# comment
cluster.local in-addr.arpa:5353 { # another
    kubernetes cluster.local {
        pods insecure
    }
    forward . /etc/resolv.conf
}
. {
    cache 30
}`;
    expect(read(text).servers[0]?.zones).toEqual([
      { zone: "cluster.local.", scheme: "dns", port: 53 },
      { zone: "in-addr.arpa.", scheme: "dns", port: 5353 },
    ]);
    expect(plugins(text)).toEqual([
      [
        ["kubernetes", "cluster.local", [["pods", "insecure"]]],
        ["forward", ".", "/etc/resolv.conf"],
      ],
      [["cache", "30"]],
    ]);
    expect(read(text).servers[0]?.plugins.map(({ line }) => line)).toEqual([3, 6]);
  });
  test("a scheme gives the port, and a CIDR its reverse zone", () => {
    const zones = (key: string) => read(`${key} {\n}`).servers[0]?.zones[0];
    expect(zones("tls://Example.ORG")).toEqual({ zone: "example.org.", scheme: "tls", port: 853 });
    expect(zones("https://.:8443")).toEqual({ zone: ".", scheme: "https", port: 8443 });
    expect(zones("10.244.0.0/16")).toMatchObject({ zone: "244.10.in-addr.arpa.", port: 53 });
    expect(zones("10.0.0.0/24:54")).toMatchObject({ zone: "0.0.10.in-addr.arpa.", port: 54 });
    expect(zones("2001:db8::/32")).toMatchObject({ zone: "8.b.d.0.1.0.0.2.ip6.arpa." });
  });
  test("quotes hold white space, braces and newlines", () => {
    expect(plugins('. {\n template "a \\"b\\"" "{" "two\nlines"\n}')).toEqual([
      [["template", 'a "b"', "{", "two\nlines"]],
    ]);
  });
  test("variables are put in where they are known and stay where they are not", () => {
    const text = ".:{$PORT} {\n forward . {$UPSTREAM} {%OTHER%}\n}";
    const env = new Map([["UPSTREAM", "10.0.0.1"]]);
    expect(valueIn(readCorefile(text, env)).servers[0]?.plugins[0]?.args).toEqual([".", "10.0.0.1", "{%OTHER%}"]);
  });
  test("snippets are put where they are imported, also one inside the other", () => {
    const text = "(a) {\n errors\n}\n(b) {\n import a\n log\n}\n. {\n import b\n cache\n}";
    expect(plugins(text)).toEqual([[["errors"], ["log"], ["cache"]]]);
  });
  test("an imported file stays in its place, since what it holds is not known", () => {
    expect(plugins(". {\n import custom/*.override\n}\nimport custom/*.server")).toEqual([
      [["import", "custom/*.override"]],
      [["import", "custom/*.server"]],
    ]);
  });
  test("a file with one server needs no braces, and a brace may stand on the next line", () => {
    expect(plugins("example.org\nforward . 8.8.8.8\ncache")).toEqual([[["forward", ".", "8.8.8.8"], ["cache"]]]);
    expect(plugins(".\n{\n health\n {\n  lameduck 5s\n }\n}")).toEqual([[["health", [["lameduck", "5s"]]]]]);
  });
  test.each([
    [". {\n errors\n", "line 2: the brace opened in line 1 is not closed"],
    [". {\n errors }\n}", "line 2: a brace is closed that was not opened"],
    [". {\n}\n}\n. {\n log\n}", "line 3: a brace is closed that was not opened"],
    [". {\n {\n }\n}", "line 2: a brace is opened without a directive before it"],
    ['. {\n log "a\n}', "line 2: a quote is opened and not closed"],
    ["example.org:dns {\n}", 'line 1: "example.org:dns" is no zone'],
    ["ftp://example.org {\n}", 'line 1: "ftp://example.org" is no zone'],
    ["a, {\n}", "line 1: a zone is missing after the comma"],
    ["(a) {\n}\n(a) {\n}", "line 3: the snippet (a) is defined twice"],
    ["(a) {\n import a\n}\n. {\n import a\n}", "line 2: imports are nested too deep"],
    [". {\n import\n}", "line 2: import names no file or snippet"],
  ])("%j is refused", (text, why) => {
    expect(refusal(text)).toBe(why);
  });
  test("snippets that multiply each other do not grow without end", () => {
    const levels = Array.from({ length: 30 }, (_, n) => `(s${n + 1}) {\n import s${n}\n import s${n}\n}`);
    expect(refusal(`(s0) {\n errors\n}\n${levels.join("\n")}\n. {\n import s30\n}`)).toMatch(/nested too deep/);
  });
  test("never throws", () => {
    const word = fc.constantFrom(
      "{",
      "}",
      "\n",
      " ",
      '"',
      "#",
      "import",
      "(a)",
      "a",
      ",",
      ".:53",
      "\\",
      "{$X}",
      "10.0.0.0/8",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 40 }).map((parts) => parts.join(" ")),
    );
    fc.assert(
      fc.property(text, (corefile) => {
        const result = readCorefile(corefile);
        expect(result.known || result.detail !== "").toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("readClusterDns", () => {
  const coredns = {
    metadata: { name: "coredns", namespace: "kube-system" },
    data: { Corefile: ". {\n kubernetes x.test in-addr.arpa\n}" },
  };
  const cache = { metadata: { name: "node-local-dns", namespace: "kube-system" }, data: { Corefile: ". {\n}" } };
  const dns = (texts: Readonly<Record<string, unknown>>) => readSnapshot(captures(texts)).dns;

  test("takes CoreDNS's Corefile, not that of NodeLocal DNSCache", () => {
    expect(dns({ configmaps: [cache, coredns] })).toMatchObject({
      value: { config: { configMap: "kube-system/coredns" } },
    });
    expect(dns({ configmaps: [cache] })).toMatchObject({
      value: { config: null, domain: "cluster.local", domainSource: "default" },
    });
  });
  test("the domain is kubelet's, then kubeadm's, then the one served", () => {
    const kubeadm = {
      metadata: { name: "kubeadm-config", namespace: "kube-system" },
      data: { ClusterConfiguration: "networking:\n  dnsDomain: y.test\n" },
    };
    const kubelet = { "node/n1/kubelet-config": "clusterDomain: z.test\n" };
    expect(dns({ configmaps: [coredns] })).toMatchObject({ value: { domain: "x.test" } });
    expect(dns({ configmaps: [coredns, kubeadm] })).toMatchObject({ value: { domain: "y.test" } });
    expect(dns({ configmaps: [coredns, kubeadm], ...kubelet })).toMatchObject({
      value: { domain: "z.test", domainSource: "node/n1/kubelet-config clusterDomain" },
    });
  });
  test("is unknown where the ConfigMaps are, unless the part that was read has the Corefile", () => {
    const snapshot = readSnapshot(captures({ nodes: [] }));
    expect(readClusterDns(snapshot)).toMatchObject({ known: false });
    expect(dns({ "configmaps@partial": [cache] })).toMatchObject({ known: false });
    expect(dns({ "configmaps@partial": [coredns] })).toMatchObject({
      value: { config: { configMap: "kube-system/coredns" } },
    });
  });
});
