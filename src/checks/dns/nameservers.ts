import type { Missing } from "../../model/check.ts";
import { defineCheck, defineFinding, evidence, nodeRef, reads, readsOn, refOf } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import { findingKey } from "../../model/finding.ts";
import type { Pod, Service } from "../../model/kubernetes.ts";
import type { NodeState } from "../../model/node.ts";
import { type Cidr, includesAddress, parseAddress, parseCidr } from "../../net/cidr.ts";

export const kubeletClusterDnsWrong = defineFinding<{
  readonly nameservers: readonly string[];
  readonly right: readonly string[];
}>({
  id: "kubelet-cluster-dns-wrong",
  severity: "error",
  what: ({ nameservers, right }) =>
    `gives new Pods the DNS server ${nameservers.join(", ")}, an address of the Service range that no DNS Service has${right.length === 0 ? "" : `; the cluster DNS is ${right.join(", ")}`}`,
  why: () =>
    "The kubelet writes its clusterDNS into the resolv.conf of each Pod it starts: those started here since resolve no name.",
  next: ({ right }, { name }) => [
    readsOn(name, "grep", "-A3", "clusterDNS", "/var/lib/kubelet/config.yaml"),
    reads("kubectl", "-n", "kube-system", "get", "services", "--selector", "k8s-app=kube-dns"),
    ...(right.length === 0
      ? []
      : [reads("kubectl", "-n", "kube-system", "get", "configmap", "kubelet-config", "-o", "yaml")]),
  ],
});
export const podNameserverUnassigned = defineFinding<{
  readonly nameservers: readonly string[];
  readonly right: readonly string[];
  readonly policy: string;
}>({
  id: "pod-nameserver-unassigned",
  severity: "error",
  what: ({ nameservers, right }) =>
    `asks the DNS server ${nameservers.join(", ")}, an address of the Service range that no DNS Service has${right.length === 0 ? "" : `; the cluster DNS is ${right.join(", ")}`}`,
  why: ({ policy }) =>
    policy === "None"
      ? "With `dnsPolicy: None` a Pod has the servers of its dnsConfig and no others: every name it looks up times out."
      : "The file was written when the Pod started and stays as it is until the Pod is made anew: every name it looks up times out.",
  next: (_, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "pod", name, "-o", "jsonpath={.spec.dnsPolicy} {.spec.dnsConfig}"),
    reads("kubectl", "-n", namespace, "exec", name, "--", "cat", "/etc/resolv.conf"),
    reads("kubectl", "-n", "kube-system", "get", "services", "--selector", "k8s-app=kube-dns"),
  ],
});

/** Judged are addresses of the Service range only: what else a Pod or kubelet names (a cache on the Node, a company's server) may well answer. */
export const dnsNameservers = defineCheck({
  id: "dns/nameservers",
  question: "Do the kubelets and the Pods name a DNS server that exists?",
  needs: ["nodeStates", "pods", "services", "ranges"],
  raises: [kubeletClusterDnsWrong, podNameserverUnassigned],
  run({ nodeStates, pods, services, ranges }) {
    const missing: Missing[] = [];
    const wrong = wrongTest(services, ranges);
    const right = services
      .filter(({ labels, headless }) => labels["k8s-app"] === "kube-dns" && !headless)
      .flatMap(({ clusterIPs }) => clusterIPs);
    const byUid = new Map(pods.map((pod) => [pod.uid, pod]));
    const findings = [...nodeStates.values()].flatMap((state) => {
      if (!state.kubelet.known)
        missing.push({
          fact: `node/${state.node}/kubelet`,
          reason: state.kubelet.reason,
          detail: state.kubelet.detail,
        });
      const given = state.kubelet.known ? state.kubelet.value.clusterDNS : [];
      const ofKubelet = given.length > 0 && given.every(wrong);
      const strays = podsOf(state, byUid).filter(
        ({ nameservers }) => nameservers.length > 0 && nameservers.every(wrong),
      );
      const own = strays.filter(({ nameservers }) => !ofKubelet || !nameservers.every((one) => given.includes(one)));
      return [
        ...(ofKubelet ? [kubeletFinding(state.node, given, right, strays)] : []),
        ...own.map(({ pod, nameservers, source }) =>
          podNameserverUnassigned.at(
            refOf("Pod", pod),
            { nameservers, right, policy: pod.dnsPolicy },
            {
              confidence: "proven",
              evidence: [
                evidence(
                  source,
                  `${pod.namespace}/${pod.name} /etc/resolv.conf`,
                  `nameserver ${nameservers.join(" ")}`,
                ),
                evidence("api/services", "spec.clusterIPs", "no Service with port 53 has it"),
              ],
            },
          ),
        ),
      ];
    });
    return { examined: nodeStates.size, findings, missing };
  },
});

interface PodFile {
  readonly pod: Pod;
  readonly nameservers: readonly string[];
  readonly source: string;
}

function kubeletFinding(node: string, given: readonly string[], right: readonly string[], pods: readonly PodFile[]) {
  return kubeletClusterDnsWrong.at(
    nodeRef(node),
    { nameservers: given, right },
    {
      confidence: "proven",
      evidence: [
        evidence(`node/${node}/kubelet-config`, "clusterDNS", given.join(", ")),
        ...pods
          .slice(0, 2)
          .map(({ pod, source, nameservers }) =>
            evidence(source, `${pod.namespace}/${pod.name} /etc/resolv.conf`, `nameserver ${nameservers.join(" ")}`),
          ),
      ],
      explains: pods.map(({ pod }) => findingKey("pod-nameserver-unassigned", refOf("Pod", pod))),
    },
  );
}

function podsOf({ netns, node }: NodeState, byUid: ReadonlyMap<string, Pod>): readonly PodFile[] {
  if (!netns.known) return [];
  return netns.value.flatMap(({ podUid, resolvConf, inode }) => {
    const pod = byUid.get(podUid);
    return pod === undefined || !resolvConf.known || pod.hostNetwork || pod.terminating
      ? []
      : [{ pod, nameservers: resolvConf.value.nameservers, source: `node/${node}/netns/${inode}/resolv-conf` }];
  });
}

/** Whether an address is of the Service range, and of no Service that answers on port 53. */
function wrongTest(services: readonly Service[], ranges: Facts["ranges"]): (address: string) => boolean {
  const answering = new Set(
    services.filter(({ ports }) => ports.some(({ port }) => port === 53)).flatMap(({ clusterIPs }) => clusterIPs),
  );
  const cidrs = ranges.ranges
    .filter(({ role }) => role === "service")
    .flatMap(({ cidr }): Cidr | readonly Cidr[] => parseCidr(cidr) ?? []);
  return (text) => {
    const address = parseAddress(text);
    return address !== null && !answering.has(text) && cidrs.some((cidr) => includesAddress(cidr, address));
  };
}
