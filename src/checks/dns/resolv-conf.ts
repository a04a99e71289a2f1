import { defineCheck, defineFinding, evidence, reads, readsOn, refOf } from "../../model/define.ts";
import { dnsPods, isLoopback, ownAddresses, symptomsOfLoop } from "../../model/dns-loop.ts";
import type { Pod } from "../../model/kubernetes.ts";
import type { NodeState } from "../../model/node.ts";

export const clusterDnsResolvConfLoop = defineFinding<{
  readonly nameserver: string;
  readonly line: number;
  readonly pod: string;
  readonly nodes: readonly string[];
}>({
  id: "cluster-dns-resolv-conf-loop",
  severity: "error",
  what: ({ nameserver, line, pod }) =>
    `forwards queries by \`/etc/resolv.conf\` (Corefile line ${line}), which in Pod ${pod} names ${nameserver}: CoreDNS itself`,
  why: ({ nameserver }) =>
    `A name outside the cluster goes round until it times out or, with the \`loop\` plugin, CoreDNS stops at start and restarts for ever. ${isLoopback(nameserver) ? "The kubelet hands CoreDNS the Node's file, and a resolver that listens on the Node's loopback address (systemd-resolved, dnsmasq) is not there in a Pod." : "CoreDNS needs the Node's file, which it gets with `dnsPolicy: Default`."}`,
  next: ({ nodes }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "configmap", name, "-o", "jsonpath={.data.Corefile}"),
    reads("kubectl", "-n", namespace, "logs", "--selector", "k8s-app=kube-dns", "--tail=20"),
    ...nodes
      .slice(0, 1)
      .flatMap((node) => [
        readsOn(node, "grep", "resolvConf", "/var/lib/kubelet/config.yaml"),
        readsOn(node, "cat", "/run/systemd/resolve/resolv.conf"),
      ]),
  ],
});

/** https://coredns.io/plugins/loop/#troubleshooting: the file as the CoreDNS Pods have it, not as their Nodes do. */
export const dnsResolvConf = defineCheck({
  id: "dns/resolv-conf",
  question: "Does the resolv.conf that CoreDNS forwards by name somebody else?",
  needs: ["dns", "services", "pods", "nodeStates", "flows"],
  raises: [clusterDnsResolvConfLoop],
  run({ dns, services, pods, nodeStates, flows }) {
    if (dns.config === null || !dns.config.corefile.known) return { examined: 0, findings: [] };
    const { servers } = dns.config.corefile.value;
    const plugin = servers
      .flatMap(({ plugins }) => plugins)
      .find(({ name, args }) => (name === "forward" || name === "proxy") && args.slice(1).includes(FILE));
    // resolv.conf(5) has no ports: a CoreDNS that does not listen on 53 is not asked.
    const answersOn53 = servers.some(({ zones }) => zones.some(({ port }) => port === 53));
    if (plugin === undefined || !answersOn53) return { examined: 0, findings: [] };
    const read = dnsPods(pods).flatMap((pod) => fileOf(pod, nodeStates.get(pod.node)));
    const own = ownAddresses(services, pods);
    const looping = read.filter(({ nameservers }) => nameservers.some((one) => own.has(one) || isLoopback(one)));
    const [first] = looping;
    const nameserver = first?.nameservers.find((one) => own.has(one) || isLoopback(one));
    if (first === undefined || nameserver === undefined) return { examined: read.length, findings: [] };
    const { configMap } = dns.config;
    const [namespace = "", name = ""] = configMap.split("/");
    const finding = clusterDnsResolvConfLoop.at(
      refOf("ConfigMap", { namespace, name }),
      {
        nameserver,
        line: plugin.line,
        pod: `${first.pod.namespace}/${first.pod.name}`,
        nodes: [...new Set(looping.map(({ pod }) => pod.node))].sort(),
      },
      {
        confidence: "proven",
        evidence: [
          evidence(
            "api/configmaps",
            `${configMap} data.Corefile line ${plugin.line}`,
            `${plugin.name} ${plugin.args.join(" ")}`,
          ),
          ...looping
            .slice(0, 3)
            .map(({ source, nameservers }) => evidence(source, "nameserver", nameservers.join(" "))),
        ],
        explains: symptomsOfLoop(namespace, services, flows),
      },
    );
    return { examined: read.length, findings: [finding] };
  },
});

const FILE = "/etc/resolv.conf";

interface ReadFile {
  readonly pod: Pod;
  readonly source: string;
  readonly nameservers: readonly string[];
}
function fileOf(pod: Pod, state: NodeState | undefined): readonly ReadFile[] {
  const netns = state?.netns.known === true ? state.netns.value.find(({ podUid }) => podUid === pod.uid) : undefined;
  if (netns === undefined || !netns.resolvConf.known) return [];
  const source = `node/${pod.node}/netns/${netns.inode}/resolv-conf`;
  return [{ pod, source, nameservers: netns.resolvConf.value.nameservers }];
}
