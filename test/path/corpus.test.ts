import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseIptablesSave } from "../../src/read/node/iptables-save.ts";
import { cluster, flow, nodeEnd, nodeOf, podEnd, podOf, serviceEnd, walk } from "./world-builder.ts";

const folder = join(import.meta.dirname, "../../../shared/corpus/state/iptables-save");
const files = existsSync(folder) ? readdirSync(folder) : [];
const absent = files.length === 0;
const reason = absent ? " (skipped: the corpus is not beside this repository)" : "";

describe.skipIf(absent)(`rules recorded elsewhere${reason}`, () => {
  it.each(files)("%s: every walk ends, and a stop has evidence", (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const parsed = parseIptablesSave(text, { family: "IPv4", backend: "nft", capture: file });
    const world = cluster("vxlan");
    if (parsed.known) nodeOf(world, 1).iptables = text;
    const [pod, node] = [podEnd(podOf(world, 1)), nodeEnd(nodeOf(world, 1))];
    const flows = [
      flow(pod, podEnd(podOf(world, 2))),
      flow(pod, podEnd(podOf(world, 1, 1))),
      flow(pod, serviceEnd, { port: 80 }),
      flow(node, podEnd(podOf(world, 2))),
      flow(pod, { kind: "IP", ip: "198.51.100.10" }, { port: 443 }),
    ];
    for (const one of flows.flatMap((each) => walk(world, each))) {
      expect(["passes", "stopped", "unknown"]).toContain(one.verdict);
      expect(one.verdict === "stopped" ? one.evidence.length : 1).toBeGreaterThan(0);
      expect(one.verdict === "unknown" ? one.unknown : "known").not.toBeNull();
    }
  });
});
