import type { Fault } from "./fault.ts";
import { chainOfWeb, renewKubeProxy } from "./kube-proxy.ts";
import type { LabSettings } from "./lab.ts";
import { cannotGet, works } from "./proof.ts";
import { waitUntilHealthy, webUrl } from "./workload.ts";

/**
 * What stands in the chain of shop/web on node2 is lost, and lost again whenever kube-proxy writes it: mostly it writes only what has
 * changed, but a Pod that comes and goes changes it.
 */
export function serviceChainFlushed(name: string, lab: LabSettings): Fault {
  const nft = lab.proxyMode === "nftables";
  return {
    name,
    story:
      "A script of node2 flushes the rules of one Service, again and again; kube-proxy runs and thinks them there.",
    lab,
    inject: async (lab) => {
      const chain = await chainOfWeb(lab, "node2");
      const flush = nft ? ["nft", "flush", "chain", "ip", "kube-proxy", chain] : ["iptables", "-t", "nat", "-F", chain];
      await lab.node("node2", ["sh", "-c", flushForGood, "sh", ...flush]);
    },
    prove: async (lab) => {
      await cannotGet(lab, "client-node2", "http://web/");
      await works(lab, "client-node2", ["curl", "-sS", "-m", "5", await webUrl(lab, "node1")]);
      await works(lab, "client-node3", ["curl", "-sS", "-m", "5", "http://web/"]);
    },
    expect: { id: "service-rules-missing", kind: "Node", name: "node2", severity: "error" },
    fixTakesMore: "The script goes on.",
    heal: async (lab) => {
      await lab.node("node2", ["sh", "-c", "kill $(cat /run/flushing.pid); rm /run/flushing.pid"]);
      await renewKubeProxy(lab, "node2");
      await waitUntilHealthy(lab);
    },
  };
}

const flushForGood = '"$@"; (while sleep 0.3; do "$@"; done) </dev/null >/dev/null 2>&1 & echo $! >/run/flushing.pid';
