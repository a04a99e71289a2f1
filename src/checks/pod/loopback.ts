import type { Missing } from "../../model/check.ts";
import { changesOn, defineCheck, defineFinding, evidence, readsOn, refOf } from "../../model/define.ts";
import { enterPod } from "../../model/pod-netns.ts";

export const podLoopbackDown = defineFinding<{ readonly node: string; readonly netns: string }>({
  id: "pod-loopback-down",
  severity: "error",
  what: () => "has its loopback device `lo` down",
  why: () =>
    "The containers of a Pod share one network and talk to each other at localhost: with `lo` down they cannot, and neither can a process reach itself, nor the Pod's own address from inside.",
  next: ({ node, netns }) => [
    readsOn(node, ...enterPod(netns), "ip", "addr", "show", "dev", "lo"),
    changesOn(node, ...enterPod(netns), "ip", "link", "set", "dev", "lo", "up"),
  ],
});

/** The CNI's loopback plugin, or the runtime, takes `lo` up in every Pod; nothing takes it down again but a person or a program in the Pod. */
export const podLoopback = defineCheck({
  id: "pod/loopback",
  question: "Can the containers of every Pod talk to each other at localhost?",
  needs: ["pods", "nodeStates"],
  raises: [podLoopbackDown],
  run({ pods, nodeStates }) {
    const running = new Map(
      pods
        .filter(({ hostNetwork, phase, terminating }) => !hostNetwork && phase === "Running" && !terminating)
        .map((pod) => [pod.uid, pod]),
    );
    const missing: Missing[] = [];
    let examined = 0;
    const findings = [...nodeStates.values()].flatMap(({ node, netns }) => {
      if (!netns.known) {
        missing.push({ fact: `node/${node}/netns`, reason: netns.reason, detail: netns.detail });
        return [];
      }
      return netns.value.flatMap(({ podUid, inode, path, links }) => {
        const pod = running.get(podUid);
        const loopback = links.known ? links.value.find(({ name }) => name === "lo") : undefined;
        if (pod === undefined || loopback === undefined) return [];
        examined += 1;
        if (loopback.up) return [];
        const seen = evidence(`node/${node}/netns/${inode}/link`, "lo", `<${loopback.flags.join(",")}>`);
        return [
          podLoopbackDown.at(refOf("Pod", pod), { node, netns: path }, { confidence: "proven", evidence: [seen] }),
        ];
      });
    });
    return { examined, findings, missing };
  },
});
