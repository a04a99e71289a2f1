import type { Missing } from "../../model/check.ts";
import { defineCheck, defineFinding, evidence, nodeRef, readsOn } from "../../model/define.ts";
import { findingKey } from "../../model/finding.ts";
import type { CniConfig } from "../../model/node.ts";

export const cniPluginMissing = defineFinding<{
  readonly plugin: string;
  readonly directory: string;
  readonly file: string;
  readonly state: string;
}>({
  id: "cni-plugin-missing",
  severity: "error",
  what: ({ plugin, directory, file, state }) =>
    `${state === "missing" ? "lacks" : "cannot execute"} the CNI plugin \`${plugin}\` in \`${directory}\`, which \`${file}\` calls`,
  why: () =>
    "The runtime calls every plugin of the configuration to set up a Pod: new Pods on this Node stay in ContainerCreating, and those that end are not cleaned up.",
  next: ({ directory, plugin }, { name }) => [
    readsOn(name, "ls", "-l", `${directory}/${plugin}`),
    readsOn(name, "ls", "-l", directory),
  ],
});

/** Every plugin type and IPAM type of the file in use must be an executable in the binary directory (CNI spec 1.1.0, section 2). */
export const cniPlugins = defineCheck({
  id: "cni/plugins",
  question: "Has every Node the plugins that its CNI configuration calls?",
  needs: ["nodeStates"],
  raises: [cniPluginMissing],
  run({ nodeStates }) {
    const missing: Missing[] = [];
    const findings = [...nodeStates.values()].flatMap((state) => {
      for (const part of [state.cniConfigs, state.cniBinaries])
        if (!part.known) missing.push({ fact: `node/${state.node}/cni`, reason: part.reason, detail: part.detail });
      if (!state.cniConfigs.known || !state.cniBinaries.known) return [];
      const used = state.cniConfigs.value.find(({ config }) => config.known);
      if (used === undefined || !used.config.known) return [];
      const directory = state.cniBinDir.known ? state.cniBinDir.value : "/opt/cni/bin";
      // Several directories may hold a file of one name; one that is executable is enough.
      const there = new Set(state.cniBinaries.value.map(({ name }) => name));
      const usable = new Set(state.cniBinaries.value.flatMap(({ name, executable }) => (executable ? [name] : [])));
      return called(used.config.value)
        .filter((plugin) => !usable.has(plugin))
        .map((plugin) => {
          const subject = nodeRef(state.node);
          return cniPluginMissing.at(
            subject,
            { plugin, directory, file: used.file, state: there.has(plugin) ? "not executable" : "missing" },
            {
              confidence: "proven",
              evidence: [
                evidence(
                  `node/${state.node}/cni-bin`,
                  `${directory}/${plugin}`,
                  there.has(plugin) ? "not an executable file" : "no such file",
                ),
                evidence(
                  `node/${state.node}/cni-conf/${used.file}`,
                  "plugins",
                  called(used.config.known ? used.config.value : { plugins: [] }).join(" "),
                ),
              ],
              explains: [findingKey("pods-without-network", subject)],
            },
          );
        });
    });
    return { examined: nodeStates.size, findings, missing };
  },
});

/** Delegates too: flannel's `delegate` without a type is `bridge`, and its IPAM is host-local (cni-plugin flannel.go). */
function called({ plugins }: Pick<CniConfig, "plugins">): readonly string[] {
  const named = plugins.flatMap(({ type, ipamType, delegates }) => [
    type,
    ...(ipamType === null ? [] : [ipamType]),
    ...(type === "flannel" ? [delegates[0] ?? "bridge", "host-local"] : []),
  ]);
  return [...new Set(named)].filter((type) => /^[\w.-]+$/.test(type));
}
