import type { Lab } from "./lab.ts";

/** Freezes a Node's kube-proxy: its Pod stays Running, and its rules stay as they are. */
export async function freezeKubeProxy(lab: Lab, node: string): Promise<void> {
  await lab.node(node, ["pkill", "-STOP", "-x", "kube-proxy"]);
}

/** Lets it run again, from the start: a new process writes all of its rules. A new Pod, for the kubelet starts a container again only after a while. */
export async function renewKubeProxy(lab: Lab, node: string): Promise<void> {
  const proxies = ["-n", "kube-system", "-l", "k8s-app=kube-proxy"];
  const there = ["--field-selector", `spec.nodeName=${node}`];
  await lab.kubectl(["delete", "pods", ...proxies, ...there, "--grace-period=1", "--timeout=60s"]);
  await lab.kubectl(["-n", "kube-system", "rollout", "status", "daemonset/kube-proxy", "--timeout=60s"]);
}

export function clusterIp(lab: Lab, service: string): Promise<string> {
  return lab.kubectl(["-n", "shop", "get", "service", service, "-o", "jsonpath={.spec.clusterIP}"]);
}

/** The chain in which kube-proxy chooses an endpoint of shop/web on this Node. */
export async function chainOfWeb(lab: Lab, node: string): Promise<string> {
  const nft = lab.settings.proxyMode === "nftables";
  const rules = await lab.node(
    node,
    nft ? ["nft", "list", "table", "ip", "kube-proxy"] : ["iptables-save", "-t", "nat"],
  );
  const found = nft
    ? /chain (service-\S+-shop\/web\/tcp\/\S*) \{/.exec(rules)
    : /-A KUBE-SERVICES [^\n]*"shop\/web cluster IP"[^\n]* -j (KUBE-SVC-\S+)/.exec(rules);
  if (found?.[1] === undefined) throw new Error(`no chain of shop/web on ${node}`);
  return found[1];
}
