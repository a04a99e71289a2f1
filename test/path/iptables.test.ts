import { describe, expect, it } from "vitest";
import type { Walk } from "../../src/model/flow.ts";
import { growth, linear } from "../support/growth.ts";
import { addRule, cluster, flow, nodeOf, onlyWalk, podEnd, podOf } from "./world-builder.ts";

/** From shop/web-1 (10.244.1.2, node1, veth0 on cni0) to port 8080 of shop/web-2 (10.244.2.2), forwarded by node1 to eth0. */
function forwardedPast(rules: readonly string[], protocol: "tcp" | "icmp" = "tcp"): Walk {
  const world = cluster("routes");
  for (const rule of rules) addRule(nodeOf(world, 1), "filter", rule);
  const port = protocol === "icmp" ? null : 8080;
  return onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)), { protocol, port }));
}

const verdictOf = ({ verdict, direction }: Walk): string => `${verdict} ${direction}`;

describe("an iptables match", () => {
  it.each([
    ["-s 10.244.1.2/32", "stopped forward"],
    ["-s 10.244.1.2/255.255.255.255", "stopped forward"],
    ["-s 10.244.2.2/32", "stopped reply"],
    ["! -s 10.244.0.0/16", "passes forward"],
    ["-d 10.244.2.0/24 -i cni0 -o eth0", "stopped forward"],
    ["-i cni+ ! -o eth+", "passes forward"],
    ["-i eth0 -o cni0", "stopped reply"],
    ["-p udp -m udp --dport 8080", "passes forward"],
    ["-p 6", "stopped forward"],
    ["-p tcp -m tcp --dport 8000:8100", "stopped forward"],
    ["-p tcp -m tcp --sport 8080", "stopped reply"],
    ["-p tcp -m tcp --sport 1024:65535 --dport 8080", "stopped forward"],
    ["-p tcp -m multiport --dports 22,80,8000:8100", "stopped forward"],
    ["-p tcp -m multiport ! --dports 8080", "stopped reply"],
    ["-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", "stopped forward"],
    ["-p tcp -m tcp --tcp-flags SYN,ACK SYN,ACK", "stopped reply"],
    ["-m conntrack --ctstate NEW", "stopped forward"],
    ["-m conntrack --ctstate INVALID,UNTRACKED", "passes forward"],
    ["-m mark --mark 0x1/0x1", "passes forward"],
    ["-m mark ! --mark 0x1/0x1", "stopped forward"],
    ["-m addrtype --dst-type LOCAL", "passes forward"],
    ["-m addrtype ! --dst-type LOCAL", "stopped forward"],
    ['-m comment --comment "odd \\" words -j ACCEPT" -d 10.244.2.2/32', "stopped forward"],
    ["-m set --match-set blocked src", "stopped forward"],
    ["-m set ! --match-set blocked src -m conntrack --ctstate NEW", "passes forward"],
    ["-m set --match-set unread src", "unknown forward"],
    ["-m physdev --physdev-in veth0", "stopped forward"],
    ["-m physdev --physdev-is-bridged", "passes forward"],
    ["-m limit --limit 1/sec", "unknown forward"],
    ["-m statistic --mode random --probability 0.5", "unknown forward"],
    ["-m string --string x --algo bm", "unknown forward"],
    ["-p udp -m limit --limit 1/sec", "passes forward"],
    ["-m nothing-that-is-known --odd 1 -d 192.0.2.1/32", "passes forward"],
  ])("%s", (matches, expected) => {
    // KUBE-FORWARD accepts what is established, so replies are dropped in a chain before it.
    const world = cluster("routes");
    const node = nodeOf(world, 1);
    node.iptables = node.iptables.replace(
      "-A FORWARD -m comment",
      `-A FORWARD ${matches} -j DROP\n-A FORWARD -m comment`,
    );
    expect(verdictOf(onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)))))).toBe(expected);
  });
});

describe("an iptables chain", () => {
  it("returns to the rule after the jump", () => {
    const found = forwardedPast([
      ":TEST - [0:0]",
      "-A FORWARD -j TEST",
      "-A TEST -d 10.244.2.2/32 -j RETURN",
      "-A TEST -j DROP",
    ]);
    expect(verdictOf(found)).toBe("passes forward");
  });
  it("does not return after a goto", () => {
    const found = forwardedPast([
      ":TEST - [0:0]",
      "-A FORWARD -g TEST",
      "-A FORWARD -j DROP",
      "-A TEST -p udp -j DROP",
    ]);
    expect(verdictOf(found)).toBe("passes forward");
  });
  it("names the rule of the inner chain", () => {
    const { stop } = forwardedPast([
      ":TEST - [0:0]",
      "-A FORWARD -j TEST",
      "-A TEST -p udp -j ACCEPT",
      "-A TEST -p tcp -j DROP",
    ]);
    expect(stop).toMatchObject({ chain: "TEST", rule: 2, hook: "FORWARD" });
  });
  it("follows marks that its rules set", () => {
    const set = ":TEST - [0:0]";
    const mark = "-A FORWARD -d 10.244.2.2/32 -j MARK --set-xmark 0x10/0xff";
    expect(verdictOf(forwardedPast([set, mark, "-A FORWARD -m mark --mark 0x10/0xf0 -j DROP"]))).toBe(
      "stopped forward",
    );
    expect(verdictOf(forwardedPast([set, mark, "-A FORWARD -m mark --mark 0x20/0xf0 -j DROP"]))).toBe("passes forward");
  });
  it("is unknown on a mark that may have been set, and only where the bit counts", () => {
    const mark = "-A FORWARD -m limit --limit 1/sec -j MARK --set-xmark 0x10/0x10";
    expect(verdictOf(forwardedPast([mark, "-A FORWARD -m mark --mark 0x10/0x10 -j DROP"]))).toBe("unknown forward");
    expect(verdictOf(forwardedPast([mark, "-A FORWARD -m mark --mark 0x1/0x1 -j DROP"]))).toBe("passes forward");
  });
  it("drops for certain if it drops whether or not an unknown match holds", () => {
    const found = forwardedPast(["-A FORWARD -m limit --limit 1/sec -j DROP", "-A FORWARD -p tcp -j DROP"]);
    expect(found.stop).toMatchObject({ rule: 3 });
  });
  it("is unknown where an unknown match may accept what is dropped after it", () => {
    const found = forwardedPast(["-A FORWARD -m limit --limit 1/sec -j ACCEPT", "-A FORWARD -p tcp -j DROP"]);
    expect(verdictOf(found)).toBe("unknown forward");
    expect(found.unknown).toContain("FORWARD rule 3");
  });
  it("is unknown where an unknown match may return before a drop", () => {
    const rules = [
      ":TEST - [0:0]",
      "-A FORWARD -j TEST",
      "-A TEST -m limit --limit 1/sec -j RETURN",
      "-A TEST -j DROP",
    ];
    expect(verdictOf(forwardedPast(rules))).toBe("unknown forward");
    expect(verdictOf(forwardedPast([...rules, "-A FORWARD -j DROP"]))).toBe("stopped forward");
  });
  it("is unknown behind a queue to a program", () => {
    expect(verdictOf(forwardedPast(["-A FORWARD -j NFQUEUE --queue-num 0"]))).toBe("unknown forward");
  });
  it("ends for chains that jump in a ring or branch without end", () => {
    const ring = [":A1 - [0:0]", ":A2 - [0:0]", "-A FORWARD -j A1", "-A A1 -j A2", "-A A2 -j A1"];
    expect(verdictOf(forwardedPast(ring))).toBe("unknown forward");
    const names = Array.from({ length: 30 }, (_, index) => `B${index}`);
    const branching = names.flatMap((name, index) => [`-A ${name} -j B${index + 1}`, `-A ${name} -j B${index + 1}`]);
    const chains = [...names, "B30"].map((name) => `:${name} - [0:0]`);
    expect(verdictOf(forwardedPast([...chains, "-A FORWARD -j B0", ...branching]))).toBe("unknown forward");
  });
  it("goes past log and counting targets", () => {
    expect(verdictOf(forwardedPast(["-A FORWARD -j LOG --log-prefix x", "-A FORWARD -j NFLOG"], "icmp"))).toBe(
      "passes forward",
    );
  });
  it("takes time linear in its rules", () => {
    const many = Array.from(
      { length: 8000 },
      (_, index) => `-A FORWARD -d 10.96.${index >> 8}.${index & 255}/32 -p tcp -m tcp --dport 80 -j DROP`,
    );
    const walk = (count: number) => {
      const world = cluster("routes");
      addRule(nodeOf(world, 1), "filter", many.slice(0, count).join("\n"));
      expect(onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)))).verdict).toBe("passes");
    };
    expect(growth(walk, 2000)).toBeLessThan(linear);
  });
});
