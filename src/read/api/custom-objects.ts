import type { Captures } from "../../model/capture.ts";
import type { Missing } from "../../model/check.ts";
import type { CustomObject } from "../../model/kubernetes.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { asString, at, type JsonObject } from "../json-value.ts";
import { nameOf, readItems, readList } from "./object-list.ts";

const PREFIX = "api/custom/";

/** Lists leave out the kind of their items; the plural of the resource stands for it then. */
const KINDS: Readonly<Record<string, string>> = {
  ippools: "IPPool",
  blockaffinities: "BlockAffinity",
  felixconfigurations: "FelixConfiguration",
  bgpconfigurations: "BGPConfiguration",
  bgppeers: "BGPPeer",
  ciliumnodes: "CiliumNode",
  ciliumpodippools: "CiliumPodIPPool",
  networks: "Network",
  subnets: "Subnet",
  eniconfigs: "ENIConfig",
};

/**
 * The objects of all custom resources that were asked for. A resource that is not served has no objects; the reasons why any
 * other could not be read are given beside. Unknown where none could be read.
 */
export function readCustomObjects(captures: Captures): {
  readonly objects: Learned<readonly CustomObject[]>;
  readonly missing: readonly Missing[];
} {
  const objects: CustomObject[] = [];
  const missing: Missing[] = [];
  const ids = [...captures.keys()].filter((id) => id.startsWith(PREFIX) && !isSecondView(id, captures)).sort();
  let answered = 0;
  for (const id of ids) {
    const list = readList(readItems(captures, id), (item) => readCustomObject(item, id));
    if (list.known) {
      objects.push(...list.value.items);
      answered += 1;
    } else if (list.reason === "not-served") {
      answered += 1;
    } else {
      missing.push({ fact: "customObjects", reason: list.reason, detail: `${id}: ${list.detail}` });
    }
  }
  if (answered > 0) return { objects: known(objects), missing };
  const [first] = missing;
  if (first === undefined) return { objects: unknown("not-collected", "no custom resource was collected"), missing };
  return { objects: unknown(first.reason, first.detail), missing };
}

/** Calico's API server shows the objects of crd.projectcalico.org a second time. */
function isSecondView(id: string, captures: Captures): boolean {
  const [, plural] = /^api\/custom\/([^.]+)\.projectcalico\.org$/.exec(id) ?? [];
  return plural !== undefined && captures.get(`${PREFIX}${plural}.crd.projectcalico.org`)?.result.known === true;
}

function readCustomObject(item: JsonObject, id: string): CustomObject | null {
  const name = nameOf(item);
  if (name === null) return null;
  const plural = id.slice(PREFIX.length).split(".")[0] ?? "";
  return {
    kind: asString(item.kind) || (Object.hasOwn(KINDS, plural) ? KINDS[plural] : undefined) || plural,
    namespace: asString(at(item, "metadata", "namespace")),
    name,
    spec: item.spec,
    status: item.status,
  };
}
