import type { Lab } from "../faults/lab.ts";
import { inClient, renewClient } from "../faults/pod-netns.ts";
import type { Trap } from "./trap.ts";

/** What a mesh's sidecar sets up in its Pod: all TCP but its own is taken, in and out. */
const sidecarRules = [
  "iptables -t nat -A OUTPUT -m owner --uid-owner 1337 -j RETURN",
  "iptables -t nat -A OUTPUT -d 127.0.0.1/32 -j RETURN",
  "iptables -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001",
  "iptables -t nat -A PREROUTING -p tcp --dport 15008 -j RETURN",
  "iptables -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 15006",
].join(" && ");
const answer = `#!/bin/sh
while read -r line; do [ "\${#line}" -le 1 ] && break; done
printf 'HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok'
`;
const listen = (address: string): string =>
  `socat TCP-LISTEN:${address},fork,reuseaddr EXEC:/tmp/answer >/dev/null 2>&1 &`;
/** A proxy that answers itself, whoever was asked. */
const proxy = `printf '%s' "$0" >/tmp/answer; chmod +x /tmp/answer; ${listen("15001,bind=127.0.0.1")} ${listen("15006")} sleep 0.5`;

/** Rules and routes in a Pod's own namespace, as agents beside its containers make them. */
export const podRuleTraps: readonly Trap[] = [
  {
    name: "sidecar-takes-all-tcp",
    story: "The nat table of client-node1 redirects all TCP to a proxy in the Pod, as Istio's and Linkerd's do.",
    setUp: (lab) => addSidecar(lab, "node1"),
    tearDown: (lab) => renewClient(lab, "node1"),
  },
  {
    name: "policy-routing-that-is-right",
    story: "A rule of client-node2 looks into a table of its own, and one of node2 too; both lead where main does.",
    setUp: async (lab) => {
      await inClient(lab, "node2", ["sh", "-c", "ip route show default | sed 's/$/ table 50/' | xargs ip route add"]);
      await inClient(lab, "node2", ["ip", "rule", "add", "to", "10.244.0.0/16", "lookup", "50", "priority", "90"]);
      await lab.node("node2", ["sh", "-c", "ip route show default | sed 's/$/ table 77/' | xargs ip route add"]);
      await lab.node("node2", ["ip", "rule", "add", "to", "198.51.100.0/24", "lookup", "77", "priority", "91"]);
    },
    tearDown: async (lab) => {
      await lab.node("node2", ["sh", "-c", "ip rule del priority 91; ip route flush table 77; true"]);
      await renewClient(lab, "node2");
    },
  },
];

/** Makes a client Pod one with a proxy that answers for everybody. */
export async function addSidecar(lab: Lab, node: string): Promise<void> {
  await lab.tryPod(`client-${node}`, ["sh", "-c", proxy, answer]);
  await inClient(lab, node, ["sh", "-c", sidecarRules]);
}
