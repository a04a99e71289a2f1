import type { Missing } from "../../model/check.ts";
import { routesByPodCidr } from "../../model/cni.ts";
import { changesOn, defineCheck, defineFinding, evidence, nodeRef, reads, readsOn } from "../../model/define.ts";
import type { Facts } from "../../model/facts.ts";
import { findingKey } from "../../model/finding.ts";
import type { Link, NodeState } from "../../model/node.ts";
import { type Cidr, includesAddress, parseAddress, parseCidr } from "../../net/cidr.ts";

export const bridgeAddressOfAnotherRange = defineFinding<{
  readonly device: string;
  readonly addresses: readonly string[];
  readonly podCIDRs: readonly string[];
}>({
  id: "bridge-address-of-another-range",
  severity: "error",
  what: ({ device, addresses, podCIDRs }) =>
    `has ${addresses.join(", ")} on the bridge \`${device}\` and none of its podCIDR ${podCIDRs.join(", ")}`,
  why: () =>
    "The bridge plugin refuses a bridge whose address is not the one it was told, so new Pods on this Node do not start; and Pods of the podCIDR have no gateway. It is what a Node keeps that was reset or joined anew.",
  next: ({ device }, { name }) => [
    readsOn(name, "ip", "-4", "address", "show", "dev", device),
    reads("kubectl", "get", "node", name, "-o", "jsonpath={.spec.podCIDRs}"),
    readsOn(name, "cat", "/run/flannel/subnet.env"),
    changesOn(name, "ip", "link", "delete", device),
  ],
});

/** containernetworking/plugins bridge.go, ensureAddr: "already has an IP address different from". */
export const cniBridgeAddress = defineCheck({
  id: "cni/bridge-address",
  question: "Has the bridge of every Node an address of its podCIDR?",
  needs: ["nodeStates", "nodes", "cni", "flows"],
  raises: [bridgeAddressOfAnotherRange],
  run({ nodeStates, nodes, cni, flows }) {
    const missing: Missing[] = [];
    if (!routesByPodCidr(cni)) return { examined: 0, findings: [] };
    const findings = nodes.flatMap(({ name, podCIDRs }) => {
      const state = nodeStates.get(name);
      if (state === undefined) return [];
      if (!state.links.known) {
        missing.push({ fact: `node/${name}/link`, reason: state.links.reason, detail: state.links.detail });
        return [];
      }
      const cidrs = podCIDRs
        .flatMap((text): Cidr | readonly Cidr[] => parseCidr(text) ?? [])
        .filter(({ family }) => family === "IPv4");
      const bridge = bridgeOf(state, state.links.value);
      const has = bridge?.addresses.filter(({ family }) => family === "IPv4") ?? [];
      if (bridge === undefined || cidrs.length === 0 || has.length === 0) return [];
      if (has.some(({ address }) => isIn(cidrs, address))) return [];
      return [
        bridgeAddressOfAnotherRange.at(
          nodeRef(name),
          {
            device: bridge.name,
            addresses: has.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
            podCIDRs,
          },
          {
            confidence: "proven",
            evidence: [
              evidence(`node/${name}/addr`, bridge.name, has.map(({ address }) => address).join(", ")),
              evidence("api/nodes", `${name} spec.podCIDRs`, podCIDRs.join(", ")),
            ],
            explains: symptoms(name, flows),
          },
        ),
      ];
    });
    return { examined: nodeStates.size, findings, missing };
  },
});

/** The bridge that the file in use names, or flannel's own. */
function bridgeOf(state: NodeState, links: readonly Link[]): Link | undefined {
  const used = state.cniConfigs.known ? state.cniConfigs.value.find(({ config }) => config.known)?.config : undefined;
  const types = used?.known === true ? used.value.plugins.map(({ type }) => type) : [];
  if (!types.includes("flannel") && !types.includes("bridge")) return undefined;
  return links.find(({ name, kind }) => kind === "bridge" && name === "cni0");
}

const isIn = (cidrs: readonly Cidr[], text: string): boolean => {
  const address = parseAddress(text);
  return address !== null && cidrs.some((cidr) => includesAddress(cidr, address));
};

/** Whatever goes to or from the Pods of a Node without a gateway, and the Pods that do not start. */
function symptoms(node: string, flows: Facts["flows"]): readonly string[] {
  const touching = flows.filter(
    ({ flow, observed }) =>
      observed.known &&
      observed.value.outcome !== "ok" &&
      [flow.from, flow.to].some(
        (end) => (end.kind === "Pod" && end.node === node) || (end.kind === "Node" && end.name === node),
      ),
  );
  return [
    ...touching.map(({ flow }) => flow.id),
    findingKey("pods-without-network", nodeRef(node)),
    findingKey("gateway-address-missing", nodeRef(node)),
    findingKey("pod-address-outside-range", nodeRef(node)),
    findingKey("pod-cidr-route-missing", nodeRef(node)),
  ];
}
