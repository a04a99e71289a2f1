import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dump } from "js-yaml";
import * as v from "valibot";
import { readBundle } from "../../../src/bundle/read.ts";
import { mergeRunObjects } from "../../../src/engine/merge-run-objects.ts";
import type { Captures } from "../../../src/model/capture.ts";

/**
 * Developer's tool: explodes the captures of some Nodes of a bundle into a recorded cluster that cases stand on.
 *   node test/support/case/from-bundle.ts BUNDLE FOLDER NODE...
 * What it writes is a start: read it, and cut what no case needs.
 */
const kinds: Readonly<Record<string, string>> = {
  nodes: "Node",
  pods: "Pod",
  services: "Service",
  endpointslices: "EndpointSlice",
  daemonsets: "DaemonSet",
  deployments: "Deployment",
  servicecidrs: "ServiceCIDR",
  configmaps: "ConfigMap",
};
const object = v.looseObject({
  metadata: v.looseObject({ name: v.string() }),
  spec: v.optional(v.looseObject({ nodeName: v.optional(v.string()) })),
});
const rows = v.array(v.record(v.string(), v.unknown()));

/** What no reader looks at and what differs from one recording to the next. */
const noise =
  /^(qdisc|linkmode|group|txqlen|link_type|broadcast|promiscuity|allmulti|inet6_addr_gen_mode|(num|gso|tso|gro|min|max)_.*|label|.*_life_time|(hello|tcn|topology|gc)_.*|mcast_.*|bridge_id|root_.*|nf_call_.*|vlan_.*|group_.*|fdb_.*|stp_state|priority|forward_delay|max_age|ageing_time)$/;

const [bundle, folder, ...nodes] = process.argv.slice(2);
if (bundle === undefined || folder === undefined || nodes.length === 0) throw new Error("BUNDLE FOLDER NODE...");
const read = await readBundle(bundle);
if (!read.known) throw new Error(read.detail);
const captures = mergeRunObjects(read.value.captures);
await save("objects.yaml", objectsOf(captures));
for (const [id, { result }] of captures) {
  if (result.known && nodes.some((node) => id.startsWith(`node/${node}/`)))
    await save(fileOf(id), section(id, result.value));
}

function objectsOf(all: Captures): string {
  const documents = Object.entries(kinds).flatMap(([plural, kind]) => {
    const result = all.get(`api/${plural}`)?.result;
    if (result?.known !== true) return [];
    return v
      .parse(v.array(object), JSON.parse(result.value))
      .filter(({ metadata, spec }) => (kind === "Node" ? nodes.includes(metadata.name) : onNodes(spec?.nodeName)))
      .map((item) => dump({ kind, ...item }, { flowLevel: 2, lineWidth: 160 }));
  });
  return documents.join("---\n");
}
function onNodes(node: string | undefined): boolean {
  return node === undefined || nodes.includes(node);
}

function isJson(id: string): boolean {
  return /\/(link|addr|route[46]|rule[46]|neigh|fdb)$/.test(id);
}
/** Files of the Node keep their names; a section gets an ending, so that `netns` can be a folder beside it. */
function fileOf(id: string): string {
  return /\/cni-(conf|file)\//.test(id) ? id : `${id}${isJson(id) ? ".json" : ".txt"}`;
}

/** JSON lists get a line a row, so that a change to one row shows as one line. */
function section(id: string, text: string): string {
  if (!isJson(id)) return text;
  const lines = v.parse(rows, JSON.parse(text)).map((row) => `  ${JSON.stringify(row, withoutNoise)}`);
  return lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`;
}
function withoutNoise(key: string, value: unknown): unknown {
  return noise.test(key) && key !== "priority" ? undefined : value;
}

async function save(name: string, text: string): Promise<void> {
  const file = join(folder ?? "", name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text.endsWith("\n") || text === "" ? text : `${text}\n`);
}
