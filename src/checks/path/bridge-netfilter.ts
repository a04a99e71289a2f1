import { changesOn, defineCheck, defineFinding, nodeRef, readsOn } from "../../model/define.ts";
import { groupBy, seenIn, stoppedBy } from "../../model/flow-outcome.ts";

export const bridgeNetfilterDisabled = defineFinding<{
  readonly sysctl: string;
  readonly answers: string;
  readonly asked: string;
  readonly loaded: boolean;
}>({
  id: "bridge-netfilter-disabled",
  severity: "error",
  what: ({ sysctl, loaded }) =>
    `does not pass bridged packets through its rules: ${loaded ? `\`${sysctl}\` is 0` : "the module `br_netfilter` is not loaded"}`,
  why: ({ answers, asked }) =>
    `A Service translates the way there and not the way back where client and endpoint are Pods of this Node: the answer crosses the bridge with ${answers} on it instead of ${asked}, and the client refuses it. Endpoints on other Nodes work.`,
  next: ({ sysctl, loaded }, { name }) => [
    ...(loaded ? [] : [readsOn(name, "grep", "br_netfilter", "/proc/modules")]),
    readsOn(name, "sysctl", sysctl),
    readsOn(name, "grep", "-rn", "bridge-nf-call", "/etc/sysctl.conf", "/etc/sysctl.d", "/usr/lib/sysctl.d"),
    ...(loaded ? [] : [changesOn(name, "modprobe", "br_netfilter")]),
    changesOn(name, "sysctl", "-w", `${sysctl}=1`),
  ],
});

/** Answers over a bridge are translated back only where bridged packets pass the rules (ip-sysctl, bridge-nf-call-iptables). */
export const pathBridgeNetfilter = defineCheck({
  id: "path/bridge-netfilter",
  question: "Does the answer of a Service's endpoint on the same Node come back translated?",
  needs: ["probed", "flows", "nodeStates"],
  raises: [bridgeNetfilterDisabled],
  run({ flows, nodeStates }) {
    const groups = groupBy(
      stoppedBy(flows, "reply-untranslated").filter(({ stop }) => stop.sysctl !== null),
      ({ stop }) => `${stop.node} ${stop.sysctl}`,
    );
    const findings = [...groups.values()].flatMap((group) => {
      const stop = group[0]?.stop;
      if (stop === undefined || stop.sysctl === null) return [];
      const sysctls = nodeStates.get(stop.node)?.sysctls;
      const loaded = sysctls?.known !== true || sysctls.value.has(stop.sysctl);
      const params = { sysctl: stop.sysctl, answers: stop.address, asked: stop.expected, loaded };
      return [bridgeNetfilterDisabled.at(nodeRef(stop.node), params, seenIn(group))];
    });
    return { examined: nodeStates.size, findings };
  },
});
