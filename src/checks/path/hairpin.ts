import { changesOn, defineCheck, defineFinding, nodeRef, readsOn } from "../../model/define.ts";
import { groupBy, seenIn, stoppedBy } from "../../model/flow-outcome.ts";

export const hairpinModeDisabled = defineFinding<{
  readonly bridge: string;
  readonly devices: readonly string[];
  readonly pods: readonly string[];
}>({
  id: "hairpin-mode-disabled",
  severity: "error",
  what: ({ bridge, devices, pods }) =>
    `has hairpin mode off on ${devices.length === 1 ? `port \`${devices[0]}\`` : `${devices.length} ports`} of bridge \`${bridge}\`: ${pods.slice(0, 3).join(", ")}${pods.length > 3 ? ` and ${pods.length - 3} more` : ""} cannot reach ${pods.length === 1 ? "itself" : "themselves"} through a Service`,
  why: () =>
    "A Service may choose the very Pod that asks. The packet then has to leave by the bridge port that it came in by, which a bridge does only with hairpin mode on; without it that connection times out, and others of the same Service work.",
  next: ({ bridge, devices }, { name }) => [
    readsOn(name, "ip", "-d", "link", "show", "master", bridge),
    ...devices
      .slice(0, 3)
      .map((device) => changesOn(name, "ip", "link", "set", "dev", device, "type", "bridge_slave", "hairpin", "on")),
  ],
});

/** One finding for a Node's bridge: the CNI sets all its ports alike (`hairpinMode` of the bridge plugin). */
export const pathHairpin = defineCheck({
  id: "path/hairpin",
  question: "Can every Pod reach itself through its Service?",
  needs: ["probed", "flows", "nodeStates"],
  raises: [hairpinModeDisabled],
  run({ flows, nodeStates }) {
    const groups = groupBy(stoppedBy(flows, "hairpin-disabled"), ({ stop }) => `${stop.node} ${stop.bridge}`);
    const findings = [...groups.values()].flatMap((group) => {
      const stop = group[0]?.stop;
      if (stop === undefined) return [];
      const devices = [...new Set(group.map((one) => one.stop.device))].sort();
      const pods = [...new Set(group.map((one) => one.stop.pod))].sort();
      return [hairpinModeDisabled.at(nodeRef(stop.node), { bridge: stop.bridge, devices, pods }, seenIn(group))];
    });
    return { examined: nodeStates.size, findings };
  },
});
