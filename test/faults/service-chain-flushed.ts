import type { Fault } from "./fault.ts";
import { chainOfWeb, freezeKubeProxy, renewKubeProxy } from "./kube-proxy.ts";
import type { LabSettings } from "./lab.ts";
import { cannotGet, works } from "./proof.ts";
import { waitUntilHealthy, webUrl } from "./workload.ts";

/** node2 has lost what stands in the chain of shop/web, and its kube-proxy hangs. */
export function serviceChainFlushed(name: string, lab: LabSettings): Fault {
  const nft = lab.proxyMode === "nftables";
  return {
    name,
    story: "The rules of one Service were flushed on node2, and kube-proxy hangs there.",
    lab,
    inject: async (lab) => {
      await freezeKubeProxy(lab, "node2");
      const chain = await chainOfWeb(lab, "node2");
      const flush = nft ? ["nft", "flush", "chain", "ip", "kube-proxy", chain] : ["iptables", "-t", "nat", "-F", chain];
      await lab.node("node2", flush);
    },
    prove: async (lab) => {
      await cannotGet(lab, "client-node2", "http://web/");
      await works(lab, "client-node2", ["curl", "-sS", "-m", "5", await webUrl(lab, "node1")]);
      await works(lab, "client-node3", ["curl", "-sS", "-m", "5", "http://web/"]);
    },
    expect: { id: "service-rules-missing", kind: "Node", name: "node2", severity: "error" },
    heal: async (lab) => {
      await renewKubeProxy(lab, "node2");
      await waitUntilHealthy(lab);
    },
  };
}
