import type { Captures } from "../model/capture.ts";
import type { Missing } from "../model/check.ts";
import type { FactKey, Snapshot } from "../model/facts.ts";
import type { FlowResult } from "../model/flow.ts";
import type { ConfigMap } from "../model/kubernetes.ts";
import { known, type Learned, mapLearned, unknown } from "../model/learned.ts";
import { readApiService } from "./api/api-services.ts";
import { readConfigMap } from "./api/config-maps.ts";
import { readCustomObjects } from "./api/custom-objects.ts";
import { readEndpointSlice } from "./api/endpoint-slices.ts";
import { readEvent } from "./api/events.ts";
import { readIngress } from "./api/ingresses.ts";
import { readNamespace } from "./api/namespaces.ts";
import { readNetworkPolicy } from "./api/network-policies.ts";
import { readNode } from "./api/nodes.ts";
import { type ItemReader, type ObjectList, readItems, readList } from "./api/object-list.ts";
import { readPod } from "./api/pods.ts";
import { readServiceCIDR } from "./api/service-cidrs.ts";
import { readService } from "./api/services.ts";
import { readVersion } from "./api/version.ts";
import { readMutatingWebhooks, readValidatingWebhooks } from "./api/webhooks.ts";
import { readDaemonSet, readDeployment, readStatefulSet } from "./api/workloads.ts";
import { identifyCni } from "./cni/identify.ts";
import { readClusterDns } from "./dns/cluster-dns.ts";
import { readNodeStates } from "./node-states.ts";
import { componentSettings } from "./ranges/component-settings.ts";
import { readRanges } from "./ranges/read-ranges.ts";

/** The facts, and what of the captures could not be read though the rest could. */
export interface ReadCaptures {
  readonly snapshot: Snapshot;
  readonly missing: readonly Missing[];
}

const NO_FLOWS: Learned<readonly FlowResult[]> = unknown("not-collected", "no flow has been examined yet");

/** Captures → facts: calls every reader, nothing else. Never throws. `flows` are the engine's. */
export function readSnapshot(captures: Captures, flows: Learned<readonly FlowResult[]> = NO_FLOWS): Snapshot {
  return readCaptures(captures, flows).snapshot;
}

/** readSnapshot, with the parts that had to be left out: objects not shaped as their kind, resources that were refused. */
export function readCaptures(captures: Captures, flows: Learned<readonly FlowResult[]> = NO_FLOWS): ReadCaptures {
  const missing: Missing[] = [];
  const items = (resource: string) => readItems(captures, `api/${resource}`);
  const take = <T>(fact: FactKey, list: Learned<ObjectList<T>>): Learned<readonly T[]> => {
    if (list.known && list.value.rejected > 0) {
      const detail = `${list.value.rejected} of ${list.value.rejected + list.value.items.length} objects have another shape`;
      missing.push({ fact, reason: "unparsable", detail });
    }
    return mapLearned(list, (value) => value.items);
  };
  const read = <T>(fact: FactKey, resource: string, reader: ItemReader<T>) =>
    take(fact, readList(items(resource), reader));

  const podItems = items("pods");
  const daemonSetItems = items("daemonsets");
  const nodes = read("nodes", "nodes", readNode);
  const pods = take("pods", readList(podItems, readPod));
  const services = read("services", "services", readService);
  const serviceCIDRs = read("serviceCIDRs", "servicecidrs", readServiceCIDR);
  const daemonSets = take("workloads", readList(daemonSetItems, readDaemonSet));
  const workloads = [
    read("workloads", "deployments", readDeployment),
    read("workloads", "statefulsets", readStatefulSet),
  ].reduce(both, daemonSets);
  const configMaps = mapLearned(read("configMaps", "configmaps", readConfigMap), byNamespaceAndName);
  const someConfigMaps = configMaps.known ? configMaps : partOf(captures, configMaps);
  const custom = readCustomObjects(captures);
  missing.push(...custom.missing);
  const { nodeStates, unreadNodes } = readNodeStates(captures, nodes);
  const base = {
    nodes,
    pods,
    services,
    serviceCIDRs,
    workloads,
    nodeStates,
    customObjects: custom.objects,
  };
  const sources = { ...base, configMaps: someConfigMaps };
  const anything = Object.values(sources).some((source) => source.known);
  const nothing = unknown("not-collected", "nothing of the API or the Nodes was collected");
  const cni = anything ? known(identifyCni(sources)) : nothing;
  const settings = componentSettings({ podItems, daemonSetItems, nodes, nodeStates });
  const dns = readClusterDns(sources);
  const ranges = anything ? known(readRanges({ ...sources, settings, cni })) : nothing;
  const snapshot: Snapshot = {
    ...base,
    configMaps,
    version: readVersion(captures),
    namespaces: read("namespaces", "namespaces", readNamespace),
    endpointSlices: read("endpointSlices", "endpointslices", readEndpointSlice),
    networkPolicies: read("networkPolicies", "networkpolicies", readNetworkPolicy),
    ingresses: read("ingresses", "ingresses", readIngress),
    webhooks: both(
      read("webhooks", "validatingwebhookconfigurations", readValidatingWebhooks),
      read("webhooks", "mutatingwebhookconfigurations", readMutatingWebhooks),
    ),
    apiServices: read("apiServices", "apiservices", readApiService),
    events: read("events", "events", readEvent),
    unreadNodes,
    ranges,
    cni,
    // Without all ConfigMaps, "no Corefile" would be a guess.
    dns: configMaps.known || (dns.known && dns.value.config !== null) ? dns : configMaps,
    probed: flows.known ? known(true) : flows,
    flows: flows.known ? flows : known([]),
  };
  return { snapshot, missing };
}

/** Where some ConfigMaps may not be read, the others still say something of ranges, CNI and DNS; what is absent stays unknown. */
function partOf(captures: Captures, whole: Learned<ReadonlyMap<string, ConfigMap>>): typeof whole {
  const part = readList(readItems(captures, "api/configmaps@partial"), readConfigMap);
  return part.known ? known(byNamespaceAndName(part.value.items)) : whole;
}

/** Both lists or neither: a list that lacks one kind would look complete. */
function both<T>(a: Learned<readonly T[]>, b: Learned<readonly T[]>): Learned<readonly T[]> {
  if (!a.known) return a;
  return b.known ? known([...a.value, ...b.value]) : b;
}

function byNamespaceAndName(maps: readonly ConfigMap[]): ReadonlyMap<string, ConfigMap> {
  return new Map(maps.map((map) => [`${map.namespace}/${map.name}`, map]));
}
