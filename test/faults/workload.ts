import type { Lab } from "./lab.ts";
import { cannotGet, hearsSoon } from "./proof.ts";

/** A web server on port 8080, in an image without a shell. */
export const webPod = {
  terminationGracePeriodSeconds: 0,
  containers: [
    {
      name: "web",
      image: "docker.io/library/distroless-web:1",
      imagePullPolicy: "IfNotPresent",
      ports: [{ containerPort: 8080 }],
      readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 },
    },
  ],
};

/** What every fault finds in namespace `shop`: a client Pod on each Node, and a web Pod on each, behind the Service web. */
const web = (replicas: number): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        ...webPod,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: { matchLabels: { app: "web" } },
          },
        ],
      },
    },
  },
});

/** A Pod with the usual network tools, named client-<node>. */
function clientOn(node: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `client-${node}`, namespace: "shop", labels: { app: "client" } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "netshoot",
          image: "nicolaka/netshoot:v0.14",
          imagePullPolicy: "IfNotPresent",
          command: ["sleep", "infinity"],
        },
      ],
    },
  };
}

export function service(name: string, selector: object, targetPort: number): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop" },
    spec: { selector, ports: [{ port: 80, targetPort }] },
  };
}

export async function apply(lab: Lab, ...objects: readonly object[]): Promise<void> {
  await lab.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
}

/** Makes the workload, once per lab: a second call finds it there. Waits until it is healthy. */
export async function setUpWorkload(lab: Lab): Promise<void> {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  const names = await nodes(lab);
  const clients = names.map((node) => clientOn(node));
  await apply(lab, namespace, web(names.length), service("web", { app: "web" }, 8080), ...clients);
  await lab.kubectl(["-n", "shop", "wait", "--for=condition=Ready", "pods", "-l", "app=client", "--timeout=60s"]);
  await lab.kubectl(["-n", "shop", "rollout", "status", "deploy/web", "--timeout=60s"]);
  await waitUntilHealthy(lab);
}

/** Starts the lab with the workload, unless both are there. */
export async function upWithWorkload(lab: Lab): Promise<void> {
  await lab.up();
  if (!(await hasWorkload(lab))) await setUpWorkload(lab);
}

async function hasWorkload(lab: Lab): Promise<boolean> {
  const found = await lab.kubectl(["get", "-n", "shop", "deploy/web", "--ignore-not-found", "-o", "name"]);
  return found !== "";
}

/** Healthy: every client Pod gets an answer from every web Pod, from the Service by its name, and from outside. */
export async function waitUntilHealthy(lab: Lab): Promise<void> {
  const names = await nodes(lab);
  await lab.waitFor(
    "a healthy shop",
    async () => {
      const pods = await Promise.all(names.map((node) => webUrl(lab, node)));
      const urls = [...pods, "http://web/", "http://example.com/"];
      return (await Promise.all(names.map((node) => hearsSoon(lab, `client-${node}`, urls, 15)))).every(Boolean);
    },
    120,
  );
}

async function nodes(lab: Lab): Promise<readonly string[]> {
  return (await lab.kubectl(["get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"])).split(" ");
}

/** Where the web Pod of a Node is reached, without Service or DNS. */
export async function webUrl(lab: Lab, node: string): Promise<string> {
  const pods = ["get", "pods", "-l", "app=web", "--field-selector", `spec.nodeName=${node}`];
  const address = await lab.kubectl(["-n", "shop", ...pods, "-o", "jsonpath={.items[*].status.podIP}"]);
  if (address === "" || address.includes(" "))
    throw new Error(`not one web Pod with an address on ${node}: ${address}`);
  return `http://${address}:8080/`;
}

/** The name of a web Pod on a Node. */
export async function webPodOn(lab: Lab, node: string): Promise<string> {
  const pods = ["get", "pods", "-l", "app=web", "--field-selector", `spec.nodeName=${node}`];
  return await lab.kubectl(["-n", "shop", ...pods, "-o", "jsonpath={.items[0].metadata.name}"]);
}

export function podCidr(lab: Lab, node: string): Promise<string> {
  return lab.kubectl(["get", "node", node, "-o", "jsonpath={.spec.podCIDR}"]);
}

/** Rejects unless, for each pair of Nodes, the client Pod on the first gets nothing from the web Pod on the second. */
export async function cannotReachWeb(
  lab: Lab,
  ...pairs: readonly (readonly [from: string, to: string])[]
): Promise<void> {
  const urls = await Promise.all(pairs.map(([, to]) => webUrl(lab, to)));
  await Promise.all(pairs.map(([from], index) => cannotGet(lab, `client-${from}`, urls[index] ?? "")));
}
