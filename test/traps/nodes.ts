import type { Trap } from "./trap.ts";

/** A trap of commands on one Node. `undo` may find that there is nothing left to undo. */
function nodeTrap(name: string, story: string, node: string, run: string, undo: string): Trap {
  return {
    name,
    story,
    setUp: async (lab) => {
      await lab.node(node, ["sh", "-c", run]);
    },
    tearDown: async (lab) => {
      await lab.node(node, ["sh", "-c", `${undo} || true`]);
    },
  };
}

/** Nodes as they may well be. */
export const nodeTraps: readonly Trap[] = [
  nodeTrap(
    "forward-policy-drop-with-flannel",
    "The policy of FORWARD is DROP, and flannel's own chain accepts before it is asked.",
    "node2",
    "iptables -P FORWARD DROP",
    "iptables -P FORWARD ACCEPT",
  ),
  nodeTrap(
    "rule-to-an-empty-table",
    "A policy rule looks into a table without routes, and the next one decides.",
    "node2",
    "ip rule add to 10.244.0.0/16 lookup 77",
    "ip rule delete to 10.244.0.0/16 lookup 77",
  ),
  nodeTrap(
    "loose-reverse-path",
    "rp_filter is 2, as systemd sets it.",
    "node3",
    "sysctl -qw net.ipv4.conf.all.rp_filter=2",
    "sysctl -qw net.ipv4.conf.all.rp_filter=0",
  ),
  nodeTrap(
    "drop-of-another-port",
    "A host firewall drops a port that nobody in the cluster uses.",
    "node1",
    "iptables -I INPUT -p tcp --dport 9999 -j DROP",
    "iptables -D INPUT -p tcp --dport 9999 -j DROP",
  ),
  nodeTrap(
    "blackhole-of-another-range",
    "A blackhole route takes a range that is nobody's here.",
    "node2",
    "ip route add blackhole 203.0.113.0/24",
    "ip route delete blackhole 203.0.113.0/24",
  ),
  nodeTrap(
    "docker-bridge-without-ports",
    "docker0 stands there without a port, in a range of its own.",
    "node3",
    "ip link add docker0 type bridge && ip address add 172.17.0.1/16 dev docker0 && ip link set docker0 up",
    "ip link delete docker0",
  ),
  nodeTrap(
    "device-down-that-nobody-uses",
    "A veth pair of something else is down.",
    "node1",
    "ip link add spare0 type veth peer name spare1",
    "ip link delete spare0",
  ),
  nodeTrap(
    "own-nft-table",
    "The host has an nft table of its own that accepts everything.",
    "node2",
    "nft add table inet host && nft 'add chain inet host forward { type filter hook forward priority 10; policy accept; }'",
    "nft delete table inet host",
  ),
  nodeTrap(
    "backup-of-the-cni-file",
    "A backup of the CNI configuration lies beside it under a name that the runtime does not read.",
    "node2",
    "cp /etc/cni/net.d/10-flannel.conflist /etc/cni/net.d/10-flannel.conflist.bak",
    "rm /etc/cni/net.d/10-flannel.conflist.bak",
  ),
  nodeTrap(
    "second-cni-file-after-the-first",
    "The configuration of another CNI is there and sorts after the one in use.",
    "node3",
    `printf '{"cniVersion":"0.4.0","name":"podman","plugins":[{"type":"bridge","bridge":"podman0","ipam":{"type":"host-local","subnet":"10.88.0.0/16"}}]}' > /etc/cni/net.d/87-podman.conflist`,
    "rm /etc/cni/net.d/87-podman.conflist",
  ),
  nodeTrap(
    "static-entry-of-a-printer",
    "A permanent neighbour entry of the Node network, for a machine that is no Node.",
    "node1",
    "ip neigh replace 192.168.100.200 lladdr 02:00:00:00:00:c8 dev eth0 nud permanent",
    "ip neigh delete 192.168.100.200 dev eth0",
  ),
  {
    name: "cordoned-node",
    story: "node3 is cordoned for maintenance, and its Pods go on.",
    setUp: async (lab) => {
      await lab.kubectl(["cordon", "node3"]);
    },
    tearDown: async (lab) => {
      await lab.kubectl(["uncordon", "node3"]);
    },
  },
];
