import { describe, expect, test } from "vitest";
import { unexplained } from "../../src/diagnose/unexplained.ts";
import type { FlowEnd, FlowResult } from "../../src/model/flow.ts";
import { failingFlows } from "../../src/model/flow-outcome.ts";
import type { ObjectRef } from "../../src/model/kubernetes.ts";
import { podOn, sample, service } from "./sample-flows.ts";

interface Told {
  readonly subject: string;
  readonly ends: unknown;
  readonly stretch: unknown;
  readonly passing: unknown;
  readonly suspects: string;
  readonly look: unknown;
}
/** What is said of the failures among these flows, when nothing explains them. */
function told(...flows: readonly FlowResult[]): readonly Told[] {
  return unexplained(flows, failingFlows(flows), new Set()).map(({ subject, params }) => {
    const { ends, stretch, passing, suspects, look } = params;
    const all = Array.isArray(suspects) ? suspects.join("; ") : "";
    return { subject: nameOf(subject), ends, stretch, passing, suspects: all, look };
  });
}
const nameOf = ({ kind, name }: ObjectRef): string => `${kind} ${name}`;

const [a, b, c] = [podOn("node1/a"), podOn("node2/b"), podOn("node3/c")];
/** Through the tunnel from the first Pod's Node to the second's. */
function tunnelled(from: FlowEnd, to: FlowEnd): string {
  const [one, other] = [from, to].map((end) => (end.kind === "Pod" ? end : { node: "", name: "" }));
  return `${one?.node}/${one?.name}:eth0 ${one?.node}:tun ${one?.node}:eth0 wire ${other?.node}:eth0 ${other?.node}:tun ${other?.node}:br ${other?.node}/${other?.name}:eth0`;
}
const over = (from: FlowEnd, to: FlowEnd, outcome: "ok" | "timeout", flow = {}): FlowResult =>
  sample({ from, to, outcome, flow, way: tunnelled(from, to) });

describe("where failing flows are lost", () => {
  test("is the part of their ways that nothing which arrived has passed", () => {
    const [lost] = told(
      over(a, c, "timeout"),
      over(b, c, "timeout"),
      over(a, b, "ok"),
      over(b, a, "ok"),
      over(c, a, "ok"),
    );
    expect(lost?.subject).toBe("Node node3");
    expect(lost?.ends).toBe("from Pods of node1, node2 to Pod shop/c of node3");
    expect(lost?.stretch).toContain("all of them take `eth0` → `tun` → `br` on node3");
    expect(lost?.suspects).toContain("the network between the Nodes");
  });

  test("is within a Node where the packets came in before they were lost", () => {
    const other = podOn("node3/d");
    const [lost] = told(over(a, c, "timeout"), over(b, c, "timeout"), over(a, other, "ok"), over(b, other, "ok"));
    expect(lost?.stretch).toBe(
      "all of them take `tun` → `br` on node3, `eth0` of Pod shop/c on node3, and nothing that arrived did",
    );
    expect(lost?.suspects).not.toContain("the network between the Nodes");
  });

  test("depends on the protocol or port alone where other packets pass the same way", () => {
    const udp = { protocol: "udp" as const, port: 53 };
    const [lost] = told(over(a, c, "timeout", udp), over(a, c, "ok"), over(b, c, "ok", udp));
    expect(lost?.stretch).toContain("and no packet of UDP that arrived did");
    expect(lost?.passing).toContain("TCP port 8080 between the same ends");
    expect(told(over(a, c, "timeout", udp), over(a, c, "ok", { protocol: "udp" as const }))[0]?.stretch).toBe(
      "other packets than UDP port 53 pass all of the way",
    );
  });

  test("is said for most of them where one goes another way", () => {
    const [lost] = told(over(a, c, "timeout"), over(b, c, "timeout"), over(a, b, "timeout"), over(b, a, "ok"));
    expect(lost?.stretch).toMatch(/^2 of the 3 whose way is known take `eth0` → `tun` → `br` on node3/);
  });

  test("is not told apart where every turn of the way is passed by packets of the same kind", () => {
    const again = { id: "another" };
    expect(told(over(a, c, "timeout"), over(a, c, "ok", again))[0]?.stretch).toBe("");
  });
});

describe("the object that failures stand at", () => {
  const lost = (from: FlowEnd, to: FlowEnd) => sample({ from, to, outcome: "timeout" });
  const passed = (from: FlowEnd, to: FlowEnd) => sample({ from, to, outcome: "ok" });

  test("is neither Node of a pair, whichever of them a third Node reaches; the Node that fails with two others", () => {
    const [one] = told(lost(b, c), lost(c, b), passed(a, b));
    expect(one?.subject).toBe("Cluster cluster");
    expect(one?.ends).toBe("between Pod shop/b of node2 and Pod shop/c of node3");
    expect(one?.passing).toEqual(["Pods of other pairs of Nodes"]);
    expect(told(lost(b, c), lost(c, a), passed(a, b))[0]?.subject).toBe("Node node3");
  });

  test("is a Service that nobody reaches, and not the Node that asked; the Node, where others reach it", () => {
    const web = service("web");
    const [one] = told(lost(b, web), passed(b, service("cart")));
    expect(one?.subject).toBe("Service web");
    expect(one?.passing).toEqual(["Service shop/cart from the same Nodes"]);
    expect(one?.suspects).toContain("kube-proxy's rules for the Service on node2");
    expect(told(lost(b, web), passed(a, web))[0]?.subject).toBe("Node node2");
  });

  test("of wrong answers is not the Node from which the question came", () => {
    const dns = {
      purpose: "dns" as const,
      protocol: "udp" as const,
      port: 53,
      dns: { name: "x.", type: "A" as const },
    };
    const [one] = told(sample({ from: a, to: podOn("node2/dns"), outcome: "servfail", flow: dns }));
    expect(one?.subject).toBe("Cluster cluster");
    expect(one?.look).toEqual(["kubectl", "netdoctor", "dns"]);
  });
});

describe("what is said beside", () => {
  test("what passes between other Nodes and within one", () => {
    const d = podOn("node3/d");
    const [one] = told(
      ...[sample({ from: a, to: c, outcome: "timeout" }), sample({ from: b, to: d, outcome: "timeout" })],
      ...[sample({ from: a, to: b, outcome: "ok" }), sample({ from: c, to: d, outcome: "ok" })],
      sample({ from: c, to: a, outcome: "ok" }),
    );
    expect(one?.passing).toEqual([
      "Pod to Pod on node3",
      "Pods of the other Nodes among each other",
      "Pods of node3 to other Nodes'",
    ]);
  });

  test("that the other Pods of a Pod's Node are reached", () => {
    const lost = [sample({ from: a, to: c, outcome: "timeout" }), sample({ from: b, to: c, outcome: "timeout" })];
    const [one] = told(...lost, sample({ from: a, to: podOn("node3/d"), outcome: "ok" }));
    expect(one?.ends).toBe("from Pods of node1, node2 to Pod shop/c of node3");
    expect(one?.passing).toEqual(["other Pods of its Node"]);
  });

  test("a trace between Pods that outlast the run, on the same Nodes", () => {
    const probe = podOn("node3/probe-0", "netdoctor-abc");
    const [one] = told(
      sample({ from: a, to: probe, outcome: "timeout" }),
      sample({ from: c, to: podOn("node3/d"), outcome: "ok" }),
    );
    expect(one?.look).toEqual(["kubectl", "netdoctor", "trace", "shop/a", "shop/d"]);
  });

  test("nothing is said to be predicted where no way is known", () => {
    const [finding] = unexplained(
      [sample({ from: a, to: c, outcome: "timeout" })],
      new Set(["pod-to-pod a to c tcp/8080"]),
      new Set(),
    );
    expect(finding?.params.predicted).toBe("The way of these packets could not be predicted");
  });
});
