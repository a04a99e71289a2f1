import type { Fault } from "../fault.ts";
import type { Lab } from "../lab.ts";
import { cannotGet, hears, works } from "../proof.ts";
import { webUrl } from "../workload.ts";

export const fault: Fault = {
  name: "ipv6-forward-drop",
  story: "A firewall for IPv6 came with an update and drops what node2 forwards; IPv4 goes on as before.",
  lab: { nodes: 2, dualStack: true },
  inject: async (lab) => {
    await lab.node("node2", ["ip6tables", "-I", "FORWARD", "-j", "DROP"]);
  },
  prove: async (lab) => {
    await cannotGet(lab, "client-node1", await webUrlIpv6(lab, "node2"));
    await cannotGet(lab, "client-node2", await webUrlIpv6(lab, "node1"));
    await works(lab, "client-node1", ["curl", "-sS", "-m", "5", await webUrl(lab, "node2")]);
  },
  expect: { id: "packet-dropped-by-rule", kind: "Node", name: "node2", severity: "error" },
  heal: async (lab) => {
    await lab.node("node2", ["ip6tables", "-D", "FORWARD", "-j", "DROP"]);
    const url = await webUrlIpv6(lab, "node2");
    await lab.waitFor("an answer over IPv6", () => hears(lab, "client-node1", [url]));
  },
};

/** The same web Pod by its second address. */
async function webUrlIpv6(lab: Lab, node: string): Promise<string> {
  const pods = ["get", "pods", "-l", "app=web", "--field-selector", `spec.nodeName=${node}`];
  const address = await lab.kubectl(["-n", "shop", ...pods, "-o", "jsonpath={.items[*].status.podIPs[1].ip}"]);
  if (!address.includes(":")) throw new Error(`the web Pod on ${node} has no IPv6 address: ${address}`);
  return `http://[${address}]:8080/`;
}
