import { describe, expect, it } from "vitest";
import { match } from "./base-rules.ts";
import { type Cluster, type PodDraft, socket } from "./drafts.ts";
import { across, stopOf } from "./stop-of.ts";
import { cluster, flow, onlyWalk, podEnd, podOf, serviceEnd, walk } from "./world-builder.ts";

const NAT = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
`;

/** The rules with which a mesh's sidecar takes all TCP of its Pod; its proxy listens on 15001 (out) and 15006 (in). */
function sidecar(pod: PodDraft, proxyOf: "root" | "its own user" = "its own user"): void {
  const user = proxyOf === "root" ? 0 : 1337;
  const rules = [
    "-A PREROUTING -p tcp -j REDIRECT --to-ports 15006",
    `-A OUTPUT -m owner --uid-owner ${user} -j RETURN`,
    "-A OUTPUT -p tcp -m tcp -j REDIRECT --to-ports 15001",
  ];
  pod.iptables = NAT.replace("COMMIT", `${rules.join("\n")}\nCOMMIT`);
  pod.sockets = [socket("127.0.0.1", 15001), socket("0.0.0.0", 15006), ...pod.sockets];
}

const actionsOf = (world: Cluster, one: ReturnType<typeof flow>): readonly string[] =>
  onlyWalk(world, one).hops.map(({ action }) => action);

describe("a Pod that redirects to its own proxy", () => {
  it("passes what it sends to the loopback address, and what it receives to its device's", () => {
    const sends = cluster("vxlan");
    sidecar(podOf(sends, 1));
    const walked = onlyWalk(sends, across(sends));
    expect(walked).toMatchObject({ verdict: "passes", destination: "127.0.0.1", unknown: null });
    expect(walked.hops.map(({ action }) => action)).toContain("redirect to 127.0.0.1:15001");

    const receives = cluster("vxlan");
    sidecar(podOf(receives, 2));
    expect(onlyWalk(receives, across(receives)).verdict).toBe("passes");
    expect(actionsOf(receives, across(receives))).toContain(`redirect to ${podOf(receives, 2).ip}:15006`);
  });

  it("is walked once to a Service, whichever endpoint its rules would choose", () => {
    const world = cluster("vxlan", 3);
    sidecar(podOf(world, 1));
    const walks = walk(world, flow(podEnd(podOf(world, 1)), serviceEnd, { port: 80 }));
    expect(walks.map(({ verdict, destination }) => `${verdict} ${destination}`)).toEqual(["passes 127.0.0.1"]);
  });

  it("stops at the proxy's port, and not at a rule of the Node, where the proxy is not there", () => {
    const world = cluster("vxlan");
    sidecar(podOf(world, 1));
    podOf(world, 1).sockets = [];
    const { stop } = onlyWalk(world, flow(podEnd(podOf(world, 1)), serviceEnd, { port: 80 }));
    expect(stop).toMatchObject({ kind: "not-listening", pod: `shop/${podOf(world, 1).name}`, port: 15001 });
  });

  it("lets pass what the rules leave out by the sender's user", () => {
    const world = cluster("vxlan");
    sidecar(podOf(world, 1), "root");
    expect(onlyWalk(world, across(world))).toMatchObject({ verdict: "passes", destination: podOf(world, 2).ip });
  });

  it("does the same with nftables, and is unknown where a map chooses the port", () => {
    const through = (port: unknown): ReturnType<typeof stopOf> =>
      stopOf("vxlan", (world) => {
        const table = { family: "ip", table: "mesh" };
        const base = { ...table, name: "out", type: "nat", hook: "output", prio: -100, policy: "accept" };
        const expr = [match({ meta: { key: "skuid" } }, 1337, "!="), { redirect: { port } }];
        const rule = { ...table, chain: "out", expr };
        podOf(world, 1).nft = JSON.stringify({
          nftables: [{ table: { family: "ip", name: "mesh" } }, { chain: base }, { rule }],
        });
        podOf(world, 1).sockets.push(socket("0.0.0.0", 15001));
      });
    expect(through(15001)).toMatchObject({ verdict: "passes" });
    expect(through(15002)).toMatchObject({ verdict: "stopped", stop: { kind: "not-listening", port: 15002 } });
    expect(through({ map: {} })).toMatchObject({ verdict: "unknown" });
  });
});
