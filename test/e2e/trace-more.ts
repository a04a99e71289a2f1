import type { Lab } from "../faults/lab.ts";
import { inClient, podAddress, renewClient } from "../faults/pod-netns.ts";
import { apply, service, webPodOn, webUrl } from "../faults/workload.ts";
import { addSidecar } from "../traps/pod-rules.ts";
import type { Tally } from "./tally.ts";
import { type Case, type Expected, endCases, proven, provenUntranslated, runCases } from "./trace-case.ts";

/**
 * Kinds of flow beside those of `testTrace`, on a lab of any CNI, kube-proxy mode and number of Nodes with the workload `shop`: Nodes as
 * ends, UDP and SCTP, NodePorts from inside and outside, ends that are not there. 33 traces over node Pods kept warm: 80 to 110 s.
 */
export async function testMoreTraces(tally: Tally, lab: Lab): Promise<void> {
  await apply(lab, nodePort, empty, pending, ended);
  try {
    await runCases(tally, lab, [...(await healthyCases(lab)), ...(await deadEnds(lab))]);
  } finally {
    await lab.kubectl(["-n", "shop", "delete", "service/web-node-port", "service/nobody", "pod/pending", "pod/ended"]);
    await endCases(tally, lab);
  }
}

/** A Pod whose own rules give all TCP to a proxy beside it, and policy routing that leads where main does: 4 traces, 20 to 30 s. */
export async function testTracesWithOwnRules(tally: Tally, lab: Lab): Promise<void> {
  const [here, there] = await places(lab);
  const from = `shop/client-${here}`;
  try {
    await addSidecar(lab, here);
    await runCases(tally, lab, [
      ["from a Pod whose sidecar takes all TCP", [from, `shop/${await webPodOn(lab, there)}`], proven],
      ["from it to a Service", [from, "shop/svc/web"], proven],
      ["to a Pod whose sidecar takes all TCP", [`shop/client-${there}`, from, "--port", "80"], proven],
    ]);
    await renewClient(lab, here);
    await inClient(lab, here, ["sh", "-c", "ip route show default | sed 's/$/ table 50/' | xargs ip route add"]);
    await inClient(lab, here, ["ip", "rule", "add", "to", "10.244.0.0/16", "lookup", "50", "priority", "90"]);
    await runCases(tally, lab, [
      ["by a policy rule and a table of its own", [from, `shop/${await webPodOn(lab, there)}`], proven],
    ]);
  } finally {
    await renewClient(lab, here);
    await endCases(tally, lab);
  }
}

/** The same kinds in the second family of a dual-stack lab, and a firewall that drops it on one Node: 8 traces, 30 to 40 s. */
export async function testTracesIpv6(tally: Tally, lab: Lab): Promise<void> {
  await apply(lab, dualStack);
  const [here, there] = await places(lab);
  const web = `shop/${await webPodOn(lab, there)}`;
  const ipv6 = ["--family", "6"];
  const across: Case = ["IPv6 Pod to Pod across Nodes", [`shop/client-${here}`, web, ...ipv6], provenUntranslated];
  try {
    await runCases(tally, lab, [
      across,
      ["IPv6 Node to Pod", [`node/${here}`, web, ...ipv6], proven],
      ["IPv6 Pod to a Service", [`shop/client-${here}`, "shop/svc/web-dual", ...ipv6], proven],
      ["IPv6 Pod to itself through its Service", [web, "shop/svc/web-dual", ...ipv6], proven],
      ["IPv6 Pod to a NodePort", [`shop/client-${here}`, `node/${there}`, "--port", "30086", ...ipv6], proven],
      ["IPv6 ICMP", [`shop/client-${here}`, web, "--protocol", "icmp", ...ipv6], proven],
    ]);
    await lab.node(there, ["ip6tables", "-I", "FORWARD", "-j", "DROP"]);
    const fails = { fails: new RegExp(`^dies on ${there}, filter FORWARD rule 1`), finding: "packet-dropped-by-rule" };
    await runCases(tally, lab, [
      ["IPv6 where ip6tables drops it", [...across[1], "--no-witness"], fails],
      ["IPv4 beside it", [`shop/client-${here}`, web], proven],
    ]);
  } finally {
    await lab.node(there, ["sh", "-c", "ip6tables -D FORWARD -j DROP; true"]);
    await lab.kubectl(["-n", "shop", "delete", "service/web-dual"]);
    await endCases(tally, lab);
  }
}

async function healthyCases(lab: Lab): Promise<readonly Case[]> {
  const [here, there] = await places(lab);
  const [client, web] = [`shop/client-${here}`, `shop/${await webPodOn(lab, there)}`];
  const own = `shop/${await webPodOn(lab, here)}`;
  const address = new URL(await webUrl(lab, there)).hostname;
  const port = ["--port", "30080"];
  return [
    ["Pod to Pod across Nodes", [client, web], provenUntranslated],
    ["Pod to Pod on one Node", [client, own], provenUntranslated],
    ["Node to Node", [`node/${here}`, `node/${there}`, "--port", "10250"], proven],
    ["Pod to its own Node", [client, `node/${here}`, "--port", "10250"], proven],
    ["Pod to another Node", [client, `node/${there}`, "--port", "10250"], proven],
    ["Node to its own Pod", [`node/${here}`, own], proven],
    ["Node to a Pod of another Node", [`node/${here}`, web], proven],
    ["UDP Pod to Pod", [client, web, "--port", "8081", "--protocol", "udp"], proven],
    ["a Pod without a shell as the sender", [web, own], provenUntranslated],
    ["Pod to itself", [own, own], proven],
    ["Deployment to an address", ["shop/deploy/web", address, "--port", "8080"], proven],
    ["Pod to a host-network Pod", [client, "kube-system/kube-apiserver-node1", "--port", "6443"], proven],
    ["ICMP", [client, web, "--protocol", "icmp"], proven],
    ["Pod to an outside name", [client, "example.com", "--port", "80"], proven],
    ["Pod to a Service", [client, "shop/svc/web"], proven],
    ["Node to a Service", [`node/${here}`, "shop/svc/web"], proven],
    ["Pod to itself through its Service", [web, "shop/svc/web"], proven],
    ["Pod to a NodePort of another Node", [client, `node/${there}`, ...port], proven],
    ["Node to a NodePort of another Node", [`node/${here}`, `node/${there}`, ...port], proven],
    ["outside to a NodePort", ["198.51.100.10", `node/${there}`, ...port], { passes: "as predicted" }],
  ];
}

async function deadEnds(lab: Lab): Promise<readonly Case[]> {
  const [here, there] = await places(lab);
  const client = `shop/client-${here}`;
  const quick = "--no-witness";
  const cidr = await lab.kubectl(["get", "node", there, "-o", "jsonpath={.spec.podCIDR}"]);
  const nobody = cidr.replace(/\.0\/24$/, ".251");
  const closed = await podAddress(lab, `client-${there}`);
  return [
    [
      "Pod to a port on which nothing listens",
      [client, `shop/client-${there}`, "--port", "80", quick],
      { fails: /nothing listens on port 80$/, finding: "port-closed" },
    ],
    [
      "the same by its address",
      [client, closed, "--port", "80", quick],
      { fails: /nothing listens on port 80$/, finding: "port-closed" },
    ],
    ["Pod to a Service without endpoints", [client, "shop/svc/nobody", quick], withoutEndpoint],
    ["Node to a Service without endpoints", [`node/${here}`, "shop/svc/nobody", quick], withoutEndpoint],
    ["an address of a Pod range that no Pod has", [client, nobody, "--port", "80", quick], gone(/: no Pod has /)],
    ["an address of the Service range", [client, "10.111.255.250", "--port", "80", quick], gone(/: no Service has /)],
    ["an address outside that nobody has", [client, "203.0.113.77", "--port", "80", quick], gone(/leaves the cluster/)],
    ["a name that is not there", [client, "nosuch.shop", "--port", "80", quick], gone(/there is no such name$/)],
    ["a Pod that waits for a Node", [client, "shop/pending", quick], gone(/is Pending and waits for a Node$/)],
    ["from it", ["shop/pending", client, "--port", "80", quick], gone(/is Pending and waits for a Node$/)],
    ["a Pod that has ended", [client, "shop/ended", "--port", "80", quick], gone(/has ended \(Succeeded\)/)],
    ["outside to a Pod", ["198.51.100.10", client, "--port", "80"], { unknown: /only the network outside knows/ }],
    ["SCTP", [client, `shop/client-${there}`, "--protocol", "sctp", "--port", "9000", quick], sctp],
  ];
}
const withoutEndpoint: Expected = { fails: /has no ready endpoint$/, finding: "service-selecting-no-pods" };
const gone = (fails: RegExp): Expected => ({ fails, finding: null });
/** A kernel without SCTP says so; one with it refuses, as nothing listens. */
const sctp: Expected = { unknown: /has no SCTP/ };

/** Two Nodes that have a client Pod and a web Pod each. */
async function places(lab: Lab): Promise<readonly [string, string]> {
  const path = 'jsonpath={range .items[*]}{.spec.nodeName}{"\\n"}{end}';
  const nodes = [
    ...new Set((await lab.kubectl(["-n", "shop", "get", "pods", "-l", "app=web", "-o", path])).split("\n")),
  ];
  const [here, there] = nodes.filter((node) => node !== "").sort();
  if (here === undefined || there === undefined) throw new Error("the workload has no web Pod on two Nodes");
  return [here, there];
}

const ported = (name: string, more: object): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
  spec: { type: "NodePort", selector: { app: "web" }, ...more },
});
const nodePort = ported("web-node-port", { ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] });
const dualStack = ported("web-dual", {
  ipFamilyPolicy: "RequireDualStack",
  ports: [{ port: 80, targetPort: 8080, nodePort: 30086 }],
});
const empty = service("nobody", { app: "nobody" }, 80);
const pod = (name: string, command: readonly string[], spec: object): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop" },
  spec: {
    terminationGracePeriodSeconds: 0,
    restartPolicy: "Never",
    containers: [{ name: "main", image: "nicolaka/netshoot:v0.14", imagePullPolicy: "IfNotPresent", command }],
    ...spec,
  },
});
const pending = pod("pending", ["sleep", "infinity"], { nodeSelector: { "example.com/gpu": "yes" } });
const ended = pod("ended", ["true"], {});
