import type { ClusterCni } from "../../model/cni.ts";
import type { NodeState } from "../../model/node.ts";
import { allNodeStates, configData, valueOr } from "../known-parts.ts";
import type { Brand } from "./brands.ts";
import type { CniInput } from "./input.ts";

/** Workloads that enforce NetworkPolicy whatever connects the Pods. */
const ENFORCERS =
  /^(rke2-)?(calico-node|canal|cilium|anetd|azure-npm|weave-net|antrea-agent|kube-router|kube-network-policies|ovnkube-node)$/;
/** Chains and tables of programs that enforce it: Felix, kube-router (also inside k3s), weave-npc, Azure NPM, kube-network-policies. */
const ENFORCING_CHAINS = /^(cali-FORWARD|KUBE-ROUTER-(INPUT|FORWARD)|KUBE-NWPLCY-.*|WEAVE-NPC|AZURE-NPM)$/;
const ENFORCING_TABLES = /^(kube-network-policies|kindnet-network-policies|calico)$/;
/** Arguments and images that switch a CNI's own optional part on or off. */
const AWS_AGENT_ON = "--enable-network-policy=true";
const KUBE_ROUTER_OFF = "--run-firewall=false";

/** Whether anything in the cluster acts on NetworkPolicy: what runs, what stands on the Nodes, else what this kind of CNI does. */
export function policyEnforcement(input: CniInput, brand: Brand | null): ClusterCni["enforcesNetworkPolicy"] {
  const workloads = valueOr(input.workloads, []);
  const config = configData(input, "kube-system/cilium-config");
  if (config["enable-policy"] === "never" && brand?.name === "cilium") return "no";
  const enforcers = workloads.filter(({ name }) => ENFORCERS.test(name));
  if (enforcers.some(({ args }) => !args.includes(KUBE_ROUTER_OFF))) return "yes";
  if (workloads.some(({ name, args }) => name === "aws-node" && args.includes(AWS_AGENT_ON))) return "yes";
  const states = allNodeStates(input);
  if (states.some(hasEnforcingRules)) return "yes";
  if (enforcers.length > 0) return "no";
  return byBrand(brand, input.workloads.known, states);
}

function byBrand(
  brand: Brand | null,
  workloadsKnown: boolean,
  states: readonly NodeState[],
): ClusterCni["enforcesNetworkPolicy"] {
  switch (brand?.policy ?? "unknown") {
    case "yes":
      return "yes";
    case "no":
      // k3s has kube-router's policy controller in its own process; its chains appear with the first policy at the latest.
      return states.some(runsK3s) ? "unknown" : "no";
    case "agent":
      // The optional part would be a workload that we have seen; kindnet has it inside and shows it only by its table.
      return workloadsKnown && brand?.name !== "kindnet" ? "no" : "unknown";
    case "unknown":
      return "unknown";
  }
}

function hasEnforcingRules({ iptables, nftables }: NodeState): boolean {
  const chains = iptables.known
    ? iptables.value.flatMap(({ tables }) => [...tables.values()].flatMap((table) => [...table.chains.keys()]))
    : [];
  const tables = nftables.known ? nftables.value.tables.map(({ name }) => name) : [];
  return chains.some((chain) => ENFORCING_CHAINS.test(chain)) || tables.some((table) => ENFORCING_TABLES.test(table));
}

function runsK3s({ processes }: NodeState): boolean {
  return processes.known && processes.value.some(({ name }) => /^(k3s|rke2)/.test(name));
}
