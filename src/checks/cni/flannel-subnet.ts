import type { Missing } from "../../model/check.ts";
import { agentOn } from "../../model/cni.ts";
import { defineCheck, defineFinding, evidence, nodeRef, reads, readsOn } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import { restart } from "../../model/restart.ts";

const FILE = "/run/flannel/subnet.env";

export const flannelSubnetFileMissing = defineFinding<{
  readonly file: string;
  readonly config: string;
  readonly agent: string;
}>({
  id: "flannel-subnet-file-missing",
  severity: "error",
  what: ({ file, config }) => `lacks \`${file}\`, which the flannel plugin of \`${config}\` reads for each Pod`,
  why: () =>
    "The plugin learns the Node's range and MTU from that file. flanneld writes it once, at its start: until then no new Pod on this Node gets a network.",
  next: ({ file, agent }, { name }) => [
    readsOn(name, "ls", "-l", file),
    reads(
      "kubectl",
      "get",
      "pods",
      "-A",
      "-o",
      "wide",
      "--selector",
      "app=flannel",
      "--field-selector",
      `spec.nodeName=${name}`,
    ),
    ...restart(agent),
  ],
});

/** flannel-io/cni-plugin, loadFlannelSubnetEnv: without a `subnetFile` of its own the plugin reads this path. */
export const cniFlannelSubnet = defineCheck({
  id: "cni/flannel-subnet",
  question: "Has every Node of flannel the file that its plugin reads?",
  needs: ["nodeStates", "events", "pods", "cni"],
  raises: [flannelSubnetFileMissing],
  run({ nodeStates, events, pods, cni }) {
    const missing: Missing[] = [];
    let examined = 0;
    const nodeOf = new Map(pods.map(({ namespace, name, node }) => [`${namespace}/${name}`, node]));
    const findings = [...nodeStates.values()].flatMap((state) => {
      const used = state.cniConfigs.known ? state.cniConfigs.value.find(({ config }) => config.known) : undefined;
      if (used === undefined || !used.config.known) return [];
      if (!used.config.value.plugins.some(({ type }) => type === "flannel")) return [];
      examined++;
      if (!state.cniFiles.known) {
        missing.push({
          fact: `node/${state.node}/cni-file`,
          reason: state.cniFiles.reason,
          detail: state.cniFiles.detail,
        });
        return [];
      }
      if (state.cniFiles.value.has(FILE)) return [];
      // The configuration may name another file: the plugin's own complaint settles it.
      const said = events.find(
        ({ message, about }) =>
          message.includes(`open ${FILE}: no such file`) &&
          nodeOf.get(`${about.namespace}/${about.name}`) === state.node,
      );
      if (said === undefined) return [];
      return [
        flannelSubnetFileMissing.at(
          nodeRef(state.node),
          { file: FILE, config: used.file, agent: agentOn(state.node, cni) },
          {
            confidence: "proven",
            evidence: [
              evidence(`node/${state.node}/cni-file${FILE}`, FILE, "no such file"),
              evidence(
                "api/events",
                `${said.reason} ${said.about.namespace}/${said.about.name}`,
                said.message.slice(-160),
              ),
            ],
            explains: [findingKey("pods-without-network", nodeRef(state.node))],
          },
        ),
      ];
    });
    return { examined, findings, missing };
  },
});
