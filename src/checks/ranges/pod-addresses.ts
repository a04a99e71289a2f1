import { routesByPodCidr } from "../../model/cni.ts";
import { defineCheck, defineFinding, evidence, nodeRef, reads, readsOn } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import { groupBy } from "../../model/flow-outcome.ts";
import type { Event } from "../../model/kubernetes.ts";
import { parseCidr, size } from "../../net/cidr.ts";

export const podAddressesExhausted = defineFinding<{
  readonly podCIDRs: readonly string[];
  readonly pods: number;
  readonly leaked: boolean;
  readonly waiting: readonly string[];
}>({
  id: "pod-addresses-exhausted",
  severity: "error",
  what: ({ podCIDRs, pods, leaked }) =>
    `has no free address for a new Pod in ${podCIDRs.join(", ")}${leaked ? `, with ${pods} Pods there: the others are reserved by Pods that are gone` : ` with ${pods} Pods there`}`,
  why: ({ leaked }) =>
    leaked
      ? "The plugin host-local keeps a file for each address it gave out. Files of Pods that were never cleaned up (a runtime that crashed, a Node that lost power) hold their addresses for ever."
      : "The range of the Node is smaller than the number of Pods that may run there: the scheduler sends Pods that cannot get an address.",
  next: ({ waiting }, { name }) => {
    const [namespace = "", pod = ""] = (waiting[0] ?? "").split("/");
    return [
      reads("kubectl", "-n", namespace, "describe", "pod", pod),
      readsOn(name, "sh", "-c", "ls /var/lib/cni/networks/*/ | wc -l"),
      readsOn(name, "crictl", "pods", "--quiet"),
    ];
  },
});

/** host-local's own words (plugins/ipam/host-local/backend/allocator). What it has on disk is not read: Pods are counted against the range. */
export const rangesPodAddresses = defineCheck({
  id: "ranges/pod-addresses",
  question: "Has every Node a free address for a new Pod?",
  needs: ["events", "pods", "nodes", "cni"],
  raises: [podAddressesExhausted],
  run({ events, pods, nodes, cni }) {
    if (!routesByPodCidr(cni)) return { examined: 0, findings: [] };
    const said = new Map(
      // The last word of the kubelet counts, and nothing it said of an earlier Pod of that name.
      [...events]
        .filter(({ about, reason }) => about.kind === "Pod" && /Sandbox|SandBox|NetworkNotReady/.test(reason))
        .sort((a, b) => a.lastSeen.localeCompare(b.lastSeen))
        .map((event) => [`${event.about.namespace}/${event.about.name}`, event]),
    );
    const waiting = pods.filter(
      ({ phase, ips, namespace, name, node, createdAt }) =>
        phase === "Pending" && ips.length === 0 && node !== "" && isFull(said.get(`${namespace}/${name}`), createdAt),
    );
    const findings = [...groupBy(waiting, ({ node }) => node)].map(([node, stuck]) => {
      const podCIDRs = nodes.find(({ name }) => name === node)?.podCIDRs ?? [];
      const addresses = podCIDRs.flatMap((text) => {
        const cidr = parseCidr(text);
        return cidr === null || cidr.family !== "IPv4" ? [] : [Number(size(cidr))];
      });
      const holding = pods.filter(
        (pod) =>
          pod.node === node && !pod.hostNetwork && pod.ips.length > 0 && !["Succeeded", "Failed"].includes(pod.phase),
      ).length;
      const names = stuck.map((pod) => `${pod.namespace}/${pod.name}`);
      const [first = ""] = names;
      return podAddressesExhausted.at(
        nodeRef(node),
        // Network, gateway and broadcast address are nobody's; a few Pods come and go meanwhile.
        { podCIDRs, pods: holding, leaked: addresses.some((total) => holding < total - 8), waiting: names },
        {
          confidence: "proven",
          evidence: [
            evidence(
              "api/events",
              `${said.get(first)?.reason ?? ""} ${first}`,
              said.get(first)?.message.slice(-160) ?? "",
            ),
            evidence("api/pods", `spec.nodeName=${node} status.podIPs`, `${holding}`),
          ],
          explains: [findingKey("pods-without-network", nodeRef(node))],
        },
      );
    });
    return { examined: nodes.length, findings };
  },
});

const isFull = (event: Event | undefined, since: string): boolean =>
  event?.message.includes("no IP addresses available in range set") === true &&
  (event.lastSeen === "" || event.lastSeen >= since);
