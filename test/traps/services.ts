import { deployment, serviceWith } from "../faults/objects.ts";
import { objectTrap } from "./object-trap.ts";
import type { Trap } from "./trap.ts";

const notReady = { readinessProbe: { tcpSocket: { port: 9 }, periodSeconds: 1 } };
const slice = (service: string, address: string, port: number): object => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: `${service}-1`, namespace: "shop", labels: { "kubernetes.io/service-name": service } },
  addressType: "IPv4",
  endpoints: [{ addresses: [address] }],
  ports: [{ name: "", port, protocol: "TCP" }],
});

/** Services as they may well be. */
export const serviceTraps: readonly Trap[] = [
  objectTrap(
    "peers-before-they-are-ready",
    "A headless Service publishes members that are not ready, so that they find each other.",
    [
      deployment("peers", notReady, { replicas: 2 }),
      serviceWith("peers", "peers", { clusterIP: "None", publishNotReadyAddresses: true }),
    ],
  ),
  objectTrap("alias-of-a-host-outside", "An ExternalName Service stands for a host that exists.", [
    serviceWith("outside", null, { type: "ExternalName", externalName: "example.com" }),
  ]),
  objectTrap("alias-of-a-service", "An ExternalName Service stands for a Service of the cluster.", [
    serviceWith("web-alias", null, { type: "ExternalName", externalName: "web.shop.svc.cluster.local" }),
  ]),
  objectTrap(
    "endpoint-outside-the-cluster",
    "A Service without selector has an EndpointSlice made by hand, of a server outside.",
    [serviceWith("database", null, { ports: [{ port: 80, targetPort: 80 }] }), slice("database", "198.51.100.10", 80)],
  ),
  objectTrap("scaled-to-zero", "A Deployment is scaled to zero on purpose, and its Service stays.", [
    deployment("idle", {}, { replicas: 0 }),
    serviceWith("idle", "idle", {}),
  ]),
  objectTrap("only-the-leader-is-ready", "Of two Pods behind a Service the one that leads is ready.", [
    deployment("leader", {}),
    relabelled(deployment("follower", notReady), "follower", "leader"),
    serviceWith("leader", "leader", {}),
  ]),
  objectTrap(
    "node-port-of-local-traffic",
    "A NodePort with externalTrafficPolicy Local answers on the Nodes that have a Pod.",
    [
      deployment("door", {}, { pod: { nodeName: "node2" } }),
      serviceWith("door", "door", { type: "NodePort", externalTrafficPolicy: "Local" }),
    ],
  ),
  objectTrap("local-traffic-with-a-pod-on-every-node", "internalTrafficPolicy Local in front of a Pod on each Node.", [
    serviceWith("near", "web", { internalTrafficPolicy: "Local" }),
  ]),
  objectTrap("session-affinity", "Connections of one client stay with one Pod.", [
    serviceWith("sticky", "web", { sessionAffinity: "ClientIP" }),
  ]),
  objectTrap("udp-service", "A Service of UDP, which no TCP connection can prove.", [
    serviceWith("datagrams", "web", { ports: [{ port: 81, targetPort: 8081, protocol: "UDP" }] }),
  ]),
  objectTrap("external-ip", "A Service of type LoadBalancer that somebody gave an external IP by hand.", [
    serviceWith("given", "web", { type: "LoadBalancer", externalIPs: ["198.51.100.77"] }),
  ]),
  objectTrap("ingress-to-a-named-port", "An Ingress names the port of its Service by name.", [
    serviceWith("shown", "web", { ports: [{ name: "http", port: 80, targetPort: 8080 }] }),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "shown", namespace: "shop" },
      spec: { defaultBackend: { service: { name: "shown", port: { name: "http" } } } },
    },
  ]),
  objectTrap(
    "port-name-of-the-pods",
    "A Service follows the name of a port, and the port is of another number than its own.",
    [
      deployment("named", { ports: [{ name: "http", containerPort: 8080 }] }),
      serviceWith("named", "named", { ports: [{ port: 8000, targetPort: "http" }] }),
    ],
  ),
];

function relabelled(object: object, from: string, to: string): object {
  const text = JSON.stringify(object).replaceAll(`"app":"${from}"`, `"app":"${to}","part":"${from}"`);
  const copy: unknown = JSON.parse(text);
  return typeof copy === "object" && copy !== null ? copy : {};
}
