import { objectTrap } from "./object-trap.ts";
import type { Trap } from "./trap.ts";

const sleeper = { name: "main", image: "nicolaka/netshoot:v0.14", imagePullPolicy: "IfNotPresent" };

function pod(name: string, command: readonly string[], spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop" },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ ...sleeper, command }], ...spec },
  };
}
const asleep = ["sleep", "infinity"];

/** Pods as they may well be. */
export const podTraps: readonly Trap[] = [
  objectTrap("completed-pod", "A Pod has ended well and still shows its address, which another may have by now.", [
    pod("done", ["true"], { restartPolicy: "Never" }),
  ]),
  objectTrap("failed-pod", "A Pod has failed for good and is kept for its log.", [
    pod("lost", ["false"], { restartPolicy: "Never" }),
  ]),
  objectTrap("host-network-pod", "A Pod in the Node's network has the Node's address.", [
    pod("on-host", asleep, { hostNetwork: true, nodeName: "node3" }),
  ]),
  objectTrap("host-network-with-cluster-names", "A Pod in the Node's network asks the cluster DNS.", [
    pod("on-host-too", asleep, { hostNetwork: true, nodeName: "node2", dnsPolicy: "ClusterFirstWithHostNet" }),
  ]),
  objectTrap("node-resolver", "A Pod asks the Node's DNS servers on purpose.", [
    pod("plain-dns", asleep, { dnsPolicy: "Default" }),
  ]),
  objectTrap("no-search-list", "A Pod asks the cluster DNS for full names only, one query a name.", [
    pod("full-names", asleep, {
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["10.96.0.10"], options: [{ name: "ndots", value: "1" }] },
    }),
  ]),
  objectTrap("further-search-domain", "The search list of a Pod has a domain more after the cluster's.", [
    pod("more-domains", asleep, { dnsConfig: { searches: ["corp.example.com"] } }),
  ]),
  objectTrap("two-containers-two-ports", "A sidecar has a port of its own.", [
    pod("pair", asleep, {
      containers: [
        { ...sleeper, command: asleep, ports: [{ containerPort: 8080 }] },
        { ...sleeper, name: "side", command: asleep, ports: [{ containerPort: 9090 }] },
      ],
    }),
  ]),
  objectTrap("unschedulable-pod", "A Pod waits for a Node that nobody has added yet; its network is not asked for.", [
    pod("waiting", asleep, { nodeSelector: { "example.com/gpu": "yes" } }),
  ]),
  objectTrap("old-sandbox-event", "A Pod that runs had trouble with its network once, and the event is still there.", [
    {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "client-node1.old", namespace: "shop" },
      type: "Warning",
      reason: "FailedCreatePodSandBox",
      message:
        'plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file',
      involvedObject: { kind: "Pod", namespace: "shop", name: "client-node1" },
    },
  ]),
  objectTrap("webhook-that-is-passed-over", "A webhook has no Service any more, and failurePolicy Ignore.", [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "netdoctor-trap" },
      webhooks: [
        {
          name: "trap.example.com",
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Ignore",
          timeoutSeconds: 1,
          clientConfig: { service: { namespace: "shop", name: "nobody" } },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["limitranges"] }],
        },
      ],
    },
  ]),
];
