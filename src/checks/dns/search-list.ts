import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";

export const podSearchListForeign = defineFinding<{ readonly search: readonly string[]; readonly expected: string }>({
  id: "pod-search-list-without-cluster",
  severity: "warning",
  what: ({ search, expected }) =>
    `searches names in ${search.join(", ")} and not in \`${expected}\`: the short names of Services are unknown to it`,
  why: () =>
    "The Pod asks the cluster DNS, and a name such as `web` or `web.shop` is completed from the search list. Only full names of Services resolve here.",
  next: (_, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "pod", name, "-o", "jsonpath={.spec.dnsPolicy} {.spec.dnsConfig}"),
    reads("kubectl", "-n", namespace, "exec", name, "--", "cat", "/etc/resolv.conf"),
  ],
});

/** A Pod without any search list may want it so (one query a name); one with another list in its place has lost the cluster's. */
export const dnsSearchList = defineCheck({
  id: "dns/search-list",
  question: "Can every Pod that asks the cluster DNS use the short names of Services?",
  needs: ["nodeStates", "pods", "services", "dns"],
  raises: [podSearchListForeign],
  run({ nodeStates, pods, services, dns }) {
    const byUid = new Map(pods.map((pod) => [pod.uid, pod]));
    const servers = new Set(
      services
        .filter(({ labels, ports }) => labels["k8s-app"] === "kube-dns" && ports.some(({ port }) => port === 53))
        .flatMap(({ clusterIPs }) => clusterIPs),
    );
    const files = [...nodeStates.values()].flatMap(({ netns, node }) =>
      (netns.known ? netns.value : []).flatMap(({ podUid, resolvConf, inode }) => {
        const pod = byUid.get(podUid);
        return pod === undefined || !resolvConf.known || pod.hostNetwork
          ? []
          : [{ pod, conf: resolvConf.value, source: `node/${node}/netns/${inode}/resolv-conf` }];
      }),
    );
    const findings = files
      .filter(
        ({ conf }) =>
          conf.nameservers.some((one) => servers.has(one)) &&
          conf.search.length > 0 &&
          !conf.search.some((one) => one.replace(/\.$/, "").endsWith(dns.domain)),
      )
      .map(({ pod, conf, source }) =>
        podSearchListForeign.at(
          refOf("Pod", pod),
          { search: conf.search, expected: `${pod.namespace}.svc.${dns.domain}` },
          {
            confidence: "proven",
            evidence: [
              evidence(source, `${pod.namespace}/${pod.name} /etc/resolv.conf`, `search ${conf.search.join(" ")}`),
              evidence("api/pods", `${pod.namespace}/${pod.name} spec.dnsPolicy`, pod.dnsPolicy),
            ],
          },
        ),
      );
    return { examined: files.length, findings };
  },
});
