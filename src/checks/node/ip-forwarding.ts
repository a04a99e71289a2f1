import type { Missing } from "../../model/check.ts";
import { changesOn, defineCheck, defineFinding, evidence, nodeRef, readsOn } from "../../model/define.ts";
import { seenIn, stoppedBy } from "../../model/flow-outcome.ts";

const key = "net.ipv4.ip_forward";

export const ipForwardingDisabled = defineFinding<{ readonly sysctl: string; readonly since: boolean }>({
  id: "ip-forwarding-disabled",
  severity: "error",
  what: ({ sysctl, since }) =>
    since
      ? `did not forward packets when this run started: \`${sysctl}\` was 0, until starting a Pod there turned it on`
      : `does not forward packets: \`${sysctl}\` is 0`,
  why: ({ since }) =>
    (since
      ? "Something on the Node turns forwarding off, and the CNI's bridge plugin turns it on with the next Pod that starts. In between, the Pods there reach their own Node and nothing beyond it. "
      : "") +
    "The kernel drops every packet that is not for the Node itself, and no rule or its counter shows it: Pods here reach their own Node and nothing beyond it, and nobody else reaches them.",
  next: ({ sysctl }, { name }) => [readsOn(name, "sysctl", sysctl), changesOn(name, "sysctl", "-w", `${sysctl}=1`)],
});

/** Linux Documentation/networking/ip-sysctl.rst: ip_forward 0 = a host, which drops transit packets. */
export const nodeIpForwarding = defineCheck({
  id: "node/ip-forwarding",
  question: "Does every Node forward packets?",
  needs: ["nodeStates", "flows"],
  raises: [ipForwardingDisabled],
  run({ nodeStates, flows }) {
    const missing: Missing[] = [];
    const stopped = stoppedBy(flows, "forwarding-disabled");
    const findings = [...nodeStates.values()].flatMap((state) => {
      if (!state.sysctls.known) {
        missing.push({ fact: `node/${state.node}/sysctl`, reason: state.sysctls.reason, detail: state.sysctls.detail });
        return [];
      }
      const here = stopped.filter(({ stop }) => stop.node === state.node);
      const off = state.sysctls.value.get(key) === "0";
      const before = state.sysctlsAtStart.known && state.sysctlsAtStart.value.get(key) === "0";
      if (!off && !before && here.length === 0) return [];
      const sysctl = off || before ? key : (here[0]?.stop.sysctl ?? key);
      const seen = seenIn(here);
      const since = before && !off;
      const read = since
        ? [
            evidence(`node/${state.node}/sysctl-at-start`, sysctl, "0"),
            evidence(`node/${state.node}/sysctl`, sysctl, "1"),
          ]
        : [evidence(`node/${state.node}/sysctl`, sysctl, "0")];
      // What the kernel says of itself needs no packet to be proven.
      return [
        ipForwardingDisabled.at(
          nodeRef(state.node),
          { sysctl, since },
          { ...seen, confidence: "proven", evidence: [...read, ...seen.evidence].slice(0, 3) },
        ),
      ];
    });
    return { examined: nodeStates.size - missing.length, findings, missing };
  },
});
