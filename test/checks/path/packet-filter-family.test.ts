import { expect, test } from "vitest";
import { pathPacketFilter } from "../../../src/checks/path/packet-filter.ts";
import { word } from "../../../src/engine/word.ts";
import type { FlowResult, Walk } from "../../../src/model/flow.ts";
import { known } from "../../../src/model/learned.ts";

/** A flow of one family that the first rule of FORWARD on node2 drops. */
function dropped(family: "IPv4" | "IPv6"): FlowResult {
  const addresses = family === "IPv4" ? ["10.244.0.2", "10.244.1.2"] : ["fd00:10:244::2", "fd00:10:244:1::2"];
  const [from = "", to = ""] = addresses;
  const rule = { hook: "FORWARD", table: "filter", chain: "FORWARD", rule: 1, text: "-j DROP", rejects: false };
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
    "drops Pod traffic in ip6tables filter FORWARD rule 1; ip6tables -t filter -L FORWARD -n -v --line-numbers; ip6tables -t filter -D FORWARD 1",
  ]);
});

test("the same place in both programs is two rules", () => {
  const [first, second] = namedBy(dropped("IPv4"), dropped("IPv6"));
  expect(first).toContain("; iptables -t filter -D FORWARD 1");
  expect(second).toContain("; ip6tables -t filter -D FORWARD 1");
});
