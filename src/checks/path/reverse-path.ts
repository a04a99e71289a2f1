import { changesOn, defineCheck, defineFinding, nodeRef, readsOn } from "../../model/define.ts";
import { groupBy, seenIn, stoppedBy } from "../../model/flow-outcome.ts";
import { enterPod } from "../../model/pod-netns.ts";

export const reversePathFilterDropping = defineFinding<{
  readonly device: string;
  readonly source: string;
  readonly route: string;
  readonly pod: string;
  readonly netns: string;
}>({
  id: "reverse-path-filter-dropping",
  severity: "error",
  what: ({ device, source, route, pod }) =>
    `${pod === "" ? "" : `in Pod ${pod} `}drops packets from ${source} on \`${device}\`: its rp_filter is strict and the route back is \`${route}\``,
  why: () =>
    "Strict reverse path filtering (RFC 3704) takes a packet only from the device by which its sender would be answered. The way there and the way back differ, so the packet is dropped without a word.",
  next: ({ device, source, pod, netns }, { name }) => {
    const setting = (of: string): string => `net.ipv4.conf.${of.replaceAll(".", "/")}.rp_filter`;
    if (pod !== "") return [readsOn(name, ...enterPod(netns), "sysctl", setting("all"), setting(device))];
    return [
      readsOn(name, "sysctl", setting("all"), setting(device)),
      readsOn(name, "ip", "route", "get", source),
      // The higher of "all" and the device's own counts, and 2 (loose) is higher than 1 (strict).
      changesOn(name, "sysctl", "-w", `${setting(device)}=2`),
    ];
  },
});

/** ip-sysctl, rp_filter: packets that come in by another device than the answer would take. */
export const pathReversePath = defineCheck({
  id: "path/reverse-path",
  question: "Does no reverse path filter drop Pod traffic?",
  needs: ["probed", "flows", "nodeStates"],
  raises: [reversePathFilterDropping],
  run({ flows, nodeStates }) {
    const groups = groupBy(
      stoppedBy(flows, "reverse-path-filtered"),
      ({ stop }) => `${stop.node} ${stop.pod ?? ""} ${stop.device} ${stop.route}`,
    );
    const findings = [...groups.values()].flatMap((group) => {
      const stop = group[0]?.stop;
      if (stop === undefined) return [];
      const { device, source, route, pod, netns } = stop;
      const params = { device, source, route, pod: pod ?? "", netns };
      return [reversePathFilterDropping.at(nodeRef(stop.node), params, seenIn(group))];
    });
    return { examined: nodeStates.size, findings };
  },
});
