import { agentOn } from "../../model/cni.ts";
import { defineCheck, defineFinding, evidence, nodeRef, reads, readsOn } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import type { Flow } from "../../model/flow.ts";
import { nodeOf } from "../../model/flow-end.ts";
import { failingFlows } from "../../model/flow-outcome.ts";
import type { NodeState } from "../../model/node.ts";
import { restart } from "../../model/restart.ts";

export const vxlanDeviceMissing = defineFinding<{
  readonly device: string;
  readonly others: number;
  readonly agent: string;
}>({
  id: "vxlan-device-missing",
  severity: "error",
  what: ({ device, others }) =>
    `has no VXLAN device: \`${device}\` is there on ${others} other ${others === 1 ? "Node" : "Nodes"} and not here`,
  why: () =>
    "Without it the Node has no route to Pods of other Nodes, and packets that they send here are not decapsulated. Its agent makes the device, so the agent is stopped, stuck or failing.",
  next: ({ device, agent }, { name }) => {
    const [namespace = "", pod = ""] = agent.split("/");
    return [
      readsOn(name, "ip", "-d", "link", "show", "dev", device),
      ...(agent === "" ? [] : [reads("kubectl", "-n", namespace, "logs", pod, "--tail=20")]),
      ...restart(agent),
    ];
  },
});

const vxlanDevices = (state: NodeState) =>
  state.links.known ? state.links.value.filter(({ vxlan }) => vxlan !== null) : [];

/** Asked only where the other Nodes show that the cluster's Pods travel in VXLAN: a majority has a device of one name. */
export const overlayVxlanDevice = defineCheck({
  id: "overlay/vxlan-device",
  question: "Has every Node of a VXLAN overlay its VXLAN device?",
  needs: ["nodeStates", "cni", "flows"],
  raises: [vxlanDeviceMissing],
  run({ nodeStates, cni, flows }) {
    const known = [...nodeStates.values()].filter(({ links }) => links.known);
    const device = commonDevice(known);
    if (device === null) return { examined: 0, findings: [] };
    const owners = known.filter((state) => vxlanDevices(state).some(({ name }) => name === device));
    const failing = failingFlows(flows);
    const findings = known
      .filter((state) => !owners.includes(state))
      .flatMap((state) => {
        const explained = flows.filter(
          ({ flow, predicted }) =>
            failing.has(flow.id) &&
            crosses(flow, state.node) &&
            !predicted.some(({ stop }) => stop?.kind === "dropped-by-rule"),
        );
        // A Node whose Pods reach the others, or that was probed and has none, needs no such device.
        if (flows.length > 0 && explained.length === 0) return [];
        const subject = nodeRef(state.node);
        return [
          vxlanDeviceMissing.at(
            subject,
            { device, others: owners.length, agent: agentOn(state.node, cni) },
            {
              confidence: "proven",
              evidence: [
                evidence(`node/${state.node}/link`, device, "no such device"),
                ...owners.slice(0, 1).map((owner) =>
                  evidence(
                    `node/${owner.node}/link`,
                    device,
                    vxlanDevices(owner)
                      .map(({ vxlan }) => `vxlan id ${vxlan?.id} port ${vxlan?.port}`)
                      .join(", "),
                  ),
                ),
              ],
              explains: [
                ...explained.map(({ flow }) => flow.id),
                findingKey("pod-cidr-route-missing", subject),
                ...known.map((peer) => findingKey("tunnel-peer-missing", nodeRef(peer.node))),
              ],
            },
          ),
        ];
      });
    return { examined: known.length, findings };
  },
});

/** The name most Nodes' VXLAN devices share, when more Nodes have it than lack it. */
function commonDevice(states: readonly NodeState[]): string | null {
  const counts = new Map<string, number>();
  for (const state of states) for (const { name } of vxlanDevices(state)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [first] = [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
  return first !== undefined && first[1] * 2 > states.length ? first[0] : null;
}
const crosses = ({ from, to }: Flow, node: string): boolean => nodeOf(from) === node || nodeOf(to) === node;
