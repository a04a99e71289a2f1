import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { known } from "../../../src/model/learned.ts";
import { brandOfConfig } from "../../../src/read/cni/brand-of-config.ts";
import { usedConfig } from "../../../src/read/cni/used-config.ts";
import { parseCniConfig } from "../../../src/read/cni-conf/conflist.ts";
import { corpusFolder } from "../api/captures.ts";

/**
 * The brand by the answer of MANIFEST.tsv, the first pattern that matches its topic. Where that names a project but the content alone
 * cannot tell it (Canal's file is Calico's), the brand is the one that the content has.
 */
const BRAND_OF_TOPIC: readonly (readonly [RegExp, string])[] = [
  [/^flannel/, "flannel"],
  [/^(calico|canal)/, "calico"],
  [/^ptp$/, "ptp (reference plugins)"],
  [/^aws/, "aws-vpc-cni"],
  [/^multus \(aws-vpc-cni delegate\)/, "aws-vpc-cni"],
  [/^multus \(flannel delegate\)/, "flannel"],
  [/^azure-cni/, "azure-cni"],
  [/^cilium/, "cilium"],
  [/^gke ptp/, "gke"],
  [/^kube-router/, "kube-router"],
  [/^antrea/, "antrea"],
  [/^kube-ovn/, "kube-ovn"],
  [/^terway/, "terway"],
  [/^romana/, "romana"],
  [/^weave/, "weave"],
  [/^contiv/, "contiv"],
  [/^hybridnet/, "hybridnet"],
  [/^tke-route-eni/, "tke-route-eni"],
  [/^galaxy/, "galaxy"],
  [/^kindnet/, "kindnet"],
  [/^openshift-sdn/, "openshift-sdn"],
  [/^windows/, "windows (Microsoft plugins)"],
  [/^crio loopback/, "loopback (reference plugins)"],
  [/^(crio|minikube|podman|reference basic-) ?bridge|^podman$|^bridge|^podman\/bridge/, "bridge (reference plugins)"],
  [/^reference basic-ptp/, "ptp (reference plugins)"],
  [/^macvlan/, "macvlan (reference plugins)"],
  [/^(ipvlan|whereabouts)/, "ipvlan (reference plugins)"],
  [/^vlan/, "vlan (reference plugins)"],
  [/^sriov/, "sriov (reference plugins)"],
];
/** Files whose content is not what their topic is named after. */
const BRAND_OF_FILE: Readonly<Record<string, string>> = {
  "calico-rke-linkerd-src.json": "unknown",
  "flannel-windows-l2bridge-cni.conf": "flannel",
  "flannel-windows-overlay-cni.conf": "flannel",
};

interface Answer {
  readonly file: string;
  readonly topic: string;
  readonly answer: string;
}

const folder = corpusFolder("cni");
const manifest = folder === null ? "" : readFileSync(`${folder}/../MANIFEST.tsv`, "utf8");
const answers: readonly Answer[] = manifest.split("\n").flatMap((line) => {
  const [path = "", , topic = "", , , , , answer = ""] = line.split("\t");
  return path.startsWith("cni/") ? [{ file: path.slice("cni/".length), topic, answer }] : [];
});

/** "flannel: flannel, portmap", or "refused: …". A runtime takes the format from the extension, which the corpus does not keep: the manifest has it. */
function becomes({ file, answer }: Answer): string {
  const name = /format=list/.test(answer) ? "10-a.conflist" : "10-a.conf";
  const config = parseCniConfig(name, readFileSync(`${folder}/${file}`, "utf8"));
  if (!config.known) return `refused: ${config.detail}`;
  const used = usedConfig({ cniConfigs: known([{ file: "10-a.conflist", size: 1, config }]) });
  if (used === null) return "refused: no plugin";
  return `${brandOfConfig(used.config, used.types)?.name ?? "unknown"}: ${used.types.join(", ")}`;
}

describe.skipIf(folder === null)("every CNI file of the corpus", () => {
  test("is in the manifest", () => {
    const listed = new Set(answers.map(({ file }) => file));
    expect(readdirSync(folder ?? "").filter((file) => !listed.has(file))).toEqual([]);
  });
  test.each(answers)("$file ($topic) becomes its brand, or is refused with a reason", (entry) => {
    const result = becomes(entry);
    if (result.startsWith("refused: ")) {
      expect(result.length).toBeGreaterThan("refused: ".length);
      return;
    }
    const [brand = ""] = result.split(": ");
    const expected = BRAND_OF_FILE[entry.file] ?? BRAND_OF_TOPIC.find(([topic]) => topic.test(entry.topic))?.[1];
    if (expected === undefined) expect(brand).not.toBe("");
    else expect(brand).toBe(expected);
  });
  test("is accepted where the manifest says that it is strict JSON with plugins", () => {
    const strict = answers.filter(
      ({ answer }) => /plugins=[a-z]/.test(answer) && !/strict_json=no|broken|upstream rejects/.test(answer),
    );
    const refused = strict.filter((entry) => becomes(entry).startsWith("refused")).map(({ file }) => file);
    expect(refused).toEqual([
      // A list without a name: libcni refuses it too.
      "istio-pre-noname_calico.conflist",
    ]);
  });
});
