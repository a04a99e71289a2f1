import { expect, test } from "vitest";
import { pathPacketFilter } from "../../../src/checks/path/packet-filter.ts";
import { word } from "../../../src/engine/word.ts";
import type { FlowResult, Stop, Walk } from "../../../src/model/flow.ts";
import { known } from "../../../src/model/learned.ts";

type DroppedByRule = Extract<Stop, { readonly kind: "dropped-by-rule" }>;

/** A flow of one family that the first rule of FORWARD on node2 drops. */
function dropped(family: "IPv4" | "IPv6", where: Partial<DroppedByRule> = {}): FlowResult {
  const addresses = family === "IPv4" ? ["10.244.0.2", "10.244.1.2"] : ["fd00:10:244::2", "fd00:10:244:1::2"];
  const [from = "", to = ""] = addresses;
  const rule = {
    hook: "FORWARD",
    table: "filter",
    chain: "FORWARD",
    rule: 1,
    handle: null,
    netns: "",
    text: "-j DROP",
    rejects: false,
  };
  const walk: Walk = {
    verdict: "stopped",
    direction: "forward",
    destination: to,
    hops: [],
    stop: {
      kind: "dropped-by-rule",
      node: "node2",
      pod: null,
      backend: "iptables",
      family,
      ...rule,
      layer: "inner",
      outer: null,
      ...where,
    },
    evidence: [{ source: "node/node2/rules", where: "filter FORWARD rule 1", value: "-j DROP" }],
    unknown: null,
  };
  const end = (name: string, node: string, ip: string) =>
    ({ kind: "Pod", namespace: "shop", name, node, ip, hostNetwork: false }) as const;
  const flow = { purpose: "pod-to-pod", protocol: "icmp", port: null, packetBytes: null, dns: null } as const;
  const result = { outcome: "timeout", sent: 3, succeeded: 0, medianMs: null, clientSeen: null } as const;
  return {
    flow: { id: `a flow of ${family}`, ...flow, from: end("a", "node1", from), to: end("b", "node2", to) },
    predicted: [walk],
    observed: known({ ...result, largestBytes: null, answers: [], detail: "" }),
  };
}

function namedBy(...flows: readonly FlowResult[]): readonly string[] {
  const { findings } = pathPacketFilter.run({ probed: true, flows, nodeStates: new Map() });
  return findings.map((finding) => {
    const { message, next } = word({ finding, flows: [], symptoms: [] });
    return [message, ...next.map(({ run }) => run)].join("; ");
  });
}

test("a rule of ip6tables is looked at and deleted with ip6tables", () => {
  expect(namedBy(dropped("IPv6"))).toEqual([
    "drops ping from Pod shop/a of node1 to Pod shop/b of node2, in ip6tables filter FORWARD rule 1; ip6tables -t filter -L FORWARD -n -v --line-numbers; ip6tables -t filter -D FORWARD -j DROP",
  ]);
});

test("the same place in both programs is two rules", () => {
  const [first, second] = namedBy(dropped("IPv4"), dropped("IPv6"));
  expect(first).toContain("; iptables -t filter -D FORWARD -j DROP");
  expect(second).toContain("; ip6tables -t filter -D FORWARD -j DROP");
});

const nft = { backend: "nftables", table: "inet firewall", chain: "forward" } as const;
const commands = (where: Partial<DroppedByRule>): string =>
  namedBy(dropped("IPv4", where)).join().split("; ").slice(1).join("; ");

test("a rule of nftables is deleted by its handle, and a policy lifted", () => {
  expect(commands({ ...nft, handle: 7 })).toBe(
    "nft -a list table inet firewall; nft delete rule inet firewall forward handle 7",
  );
  const lifted = "nft add chain inet firewall forward '{ policy accept ; }'";
  expect(commands({ ...nft, rule: null })).toBe(`nft -a list table inet firewall; ${lifted}`);
});

test("in a Pod's own namespace it is entered by its file; where none was read the reader finds a process", () => {
  expect(commands({ pod: "shop/b", netns: "/run/netns/cni-1" })).toContain(
    "; nsenter --net=/run/netns/cni-1 iptables -t filter -D FORWARD -j DROP",
  );
  expect(commands({ pod: "shop/b" })).toContain("; nsenter -t POD_PID -n iptables -t filter -D FORWARD -j DROP");
});

test("a rule that an agent would write again is only looked at", () => {
  for (const where of [
    { chain: "cali-fw-cali12" },
    { chain: "KUBE-FORWARD" },
    { ...nft, table: "ip kube-proxy", handle: 7 },
  ])
    expect(commands(where)).not.toMatch(/-D|delete/);
});
