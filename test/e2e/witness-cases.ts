import type { FlowResult } from "../../src/model/flow.ts";
import type { Lab } from "../faults/lab.ts";
import { clientVeth, inClient } from "../faults/pod-netns.ts";

/** One way to lose a packet from client-node1 to the web Pod on node2, and what the witness must say of it. */
export interface WitnessCase {
  readonly name: string;
  readonly protocol?: "tcp" | "udp" | "icmp";
  readonly to?: "pod" | "service" | "outside";
  readonly bytes?: number;
  /** Returns what undoes it. */
  readonly inject: (lab: Lab, flow: FlowResult) => Promise<() => Promise<unknown>>;
  readonly expect: RegExp;
}

const nothing = async () => async () => undefined;
const rule =
  (node: string, tool: string, table: string, ...words: readonly string[]) =>
  async (lab: Lab) => {
    await lab.node(node, [tool, "-t", table, "-I", ...words]);
    return () => lab.node(node, [tool, "-t", table, "-D", ...words]);
  };
const foreignTable =
  (node: string, hook: string, expression: string) =>
  async (lab: Lab): Promise<() => Promise<unknown>> => {
    await lab.node(
      node,
      ["nft", "-f", "-"],
      `table inet acme { chain guard { type filter hook ${hook} priority 0; ${expression} drop; }\n}`,
    );
    return () => lab.node(node, ["nft", "delete", "table", "inet", "acme"]);
  };
const tcDrop =
  (node: string, way: "ingress" | "egress", device: string | null, protocolByteAt: number) =>
  async (lab: Lab): Promise<() => Promise<unknown>> => {
    const on = device ?? (await clientVeth(lab, node));
    await lab.node(node, ["tc", "qdisc", "add", "dev", on, "clsact"]);
    // classic BPF: ld protocol byte; TCP → -1 with direct-action: drop
    const bytecode = `4,48 0 0 ${protocolByteAt},21 0 1 6,6 0 0 2,6 0 0 0`;
    await lab.node(node, ["tc", "filter", "add", "dev", on, way, "bpf", "da", "bytecode", bytecode]);
    return () => lab.node(node, ["tc", "qdisc", "delete", "dev", on, "clsact"]);
  };

export const witnessCases: readonly WitnessCase[] = [
  { name: "healthy", inject: nothing, expect: /arrived and was answered/ },
  { name: "healthy UDP", protocol: "udp", inject: nothing, expect: /refused: port unreachable/ },
  { name: "healthy ICMP", protocol: "icmp", inject: nothing, expect: /arrived and was answered/ },
  { name: "healthy Service", to: "service", inject: nothing, expect: /arrived and was answered/ },
  {
    name: "raw PREROUTING, the sender's Node",
    inject: rule("node1", "iptables", "raw", "PREROUTING", "-p", "tcp", "--dport", "8080", "-j", "DROP"),
    expect: /last seen on node1, coming in by (veth\w+|cni0); it was dropped on node1 in ip raw PREROUTING rule 1/,
  },
  {
    name: "filter FORWARD, the other Node",
    inject: rule("node2", "iptables", "filter", "FORWARD", "-p", "tcp", "--dport", "8080", "-j", "DROP"),
    expect: /last seen on node2, coming in by flannel\.1; it was dropped on node2 in ip filter FORWARD rule 1/,
  },
  {
    name: "filter FORWARD rejects",
    inject: rule("node2", "iptables", "filter", "FORWARD", "-p", "tcp", "--dport", "8080", "-j", "REJECT"),
    expect: /refused: port unreachable from .*; it was dropped on node2 in ip filter FORWARD rule 1/,
  },
  {
    name: "the answer, filter FORWARD",
    inject: rule("node2", "iptables", "filter", "FORWARD", "-p", "tcp", "--sport", "8080", "-j", "DROP"),
    expect: /the answer was last seen on node2, coming in by cni0; it was dropped on node2 in ip filter FORWARD rule 1/,
  },
  {
    name: "a foreign nft table",
    inject: foreignTable("node2", "forward", "tcp dport 8080"),
    expect: /last seen on node2, coming in by flannel\.1; it was dropped on node2 in inet acme guard rule 1/,
  },
  {
    name: "a foreign nft table, policy",
    inject: async (lab) => {
      await lab.node(
        "node2",
        ["nft", "-f", "-"],
        "table inet acme { chain guard { type filter hook forward priority 0; policy drop; }\n}",
      );
      return () => lab.node("node2", ["nft", "delete", "table", "inet", "acme"]);
    },
    expect: /it was dropped on node2 in inet acme guard by its policy/,
  },
  {
    name: "the Pod's own namespace",
    inject: async (lab) => {
      const words = ["OUTPUT", "-p", "tcp", "--dport", "8080", "-j", "DROP"];
      await inClient(lab, "node1", ["iptables", "-I", ...words]);
      return () => inClient(lab, "node1", ["iptables", "-D", ...words]);
    },
    expect:
      /dropped before it left by a device: it was dropped on node1, in Pod shop\/client-node1 in ip filter OUTPUT rule 1/,
  },
  {
    name: "tc on the host veth",
    inject: tcDrop("node1", "ingress", null, 23),
    expect:
      /last seen on node1, coming in by veth\w+, and never came in by cni0|last seen on node1, coming in by veth.*TC_INGRESS/,
  },
  {
    name: "tc on cni0",
    inject: tcDrop("node1", "ingress", "cni0", 23),
    expect: /last seen on node1, coming in by cni0, and never reached flannel\.1 on node1.*TC_INGRESS/,
  },
  {
    name: "tc on flannel.1",
    inject: tcDrop("node1", "egress", "flannel.1", 23),
    expect: /last seen on node1, coming in by cni0, and never reached flannel\.1 on node1.*TC_EGRESS/,
  },
  {
    name: "rp_filter",
    inject: async (lab, { flow }) => {
      const from = flow.from.ip;
      await lab.node("node2", ["ip", "route", "add", `${from}/32`, "dev", "eth0"]);
      await lab.node("node2", ["sysctl", "-qw", "net.ipv4.conf.flannel/1.rp_filter=1"]);
      return async () => {
        await lab.node("node2", ["sysctl", "-qw", "net.ipv4.conf.flannel/1.rp_filter=0"]);
        await lab.node("node2", ["ip", "route", "delete", `${from}/32`, "dev", "eth0"]);
      };
    },
    expect: /last seen on node2, coming in by flannel\.1, and never reached \w+ on node2.*IP_RPFILTER/,
  },
  {
    name: "VXLAN dropped on the other Node",
    inject: rule("node2", "iptables", "filter", "INPUT", "-p", "udp", "--dport", "8472", "-j", "DROP"),
    expect:
      /last seen on node2, coming in by eth0; the encapsulated packet was dropped on node2 in ip filter INPUT rule 1/,
  },
  {
    name: "VXLAN lost on the wire",
    inject: async (lab) => {
      await lab.router(["nft", "add", "table", "bridge", "acme"]);
      await lab.router(["nft", "add", "chain", "bridge", "acme", "guard", "{ type filter hook forward priority 0; }"]);
      await lab.router(["nft", "add", "rule", "bridge", "acme", "guard", "udp", "dport", "8472", "drop"]);
      return () => lab.router(["nft", "delete", "table", "bridge", "acme"]);
    },
    expect: /last seen on node1, leaving by eth0, and never reached (eth0|flannel\.1) on node2$/,
  },
  {
    name: "MTU black hole on the wire",
    protocol: "icmp",
    bytes: 1400,
    inject: async (lab) => {
      await lab.router(["ip", "link", "set", "node2", "mtu", "1300"]);
      return () => lab.router(["ip", "link", "set", "node2", "mtu", "1500"]);
    },
    expect: /last seen on node1, leaving by eth0, and never reached (eth0|flannel\.1) on node2/,
  },
];
