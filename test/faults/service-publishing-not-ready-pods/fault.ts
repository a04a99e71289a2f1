import type { Fault } from "../fault.ts";
import { deployment, removeDeployment, serviceWith } from "../objects.ts";
import { alwaysFails } from "../proof.ts";
import { apply } from "../workload.ts";

const netshoot = {
  image: "nicolaka/netshoot:v0.14",
  command: ["sleep", "infinity"],
  ports: [],
};

/** Five tries that must all succeed: with one of two endpoints dead they do once in 32 times. */
const five = "for i in 1 2 3 4 5; do curl -sS -o /dev/null -m 2 http://search/ || exit 1; done";

export const fault: Fault = {
  name: "service-publishing-not-ready-pods",
  story: "Service shop/search publishes not-ready addresses, so clients get the Pod that still loads its index.",
  lab: {},
  inject: async (lab) => {
    const loading = deployment("search-loading", netshoot);
    await apply(
      lab,
      deployment("search", {}, { pod: { nodeName: "node1" } }),
      JSON.parse(JSON.stringify(loading).replaceAll('"app":"search-loading"', '"app":"search","index":"loading"')),
      serviceWith("search", "search", { publishNotReadyAddresses: true }),
    );
    await lab.waitFor("both endpoints", async () => {
      const slices = ["-n", "shop", "get", "endpointslices", "-l", "kubernetes.io/service-name=search"];
      const addresses = await lab.kubectl([...slices, "-o", "jsonpath={.items[*].endpoints[*].addresses[0]}"]);
      const ready = ["-n", "shop", "get", "pods", "-l", "app=search", "-o", "jsonpath={.items[*].status.podIP}"];
      return addresses.split(" ").length === 2 && (await lab.kubectl(ready)).split(" ").length === 2;
    });
  },
  prove: (lab) => alwaysFails(lab, "client-node2", ["sh", "-c", five]),
  expect: {
    id: "service-publishing-not-ready-pods",
    kind: "Service",
    namespace: "shop",
    name: "search",
    severity: "error",
  },
  heal: async (lab) => {
    await removeDeployment(lab, "search-loading");
    await removeDeployment(lab, "search");
  },
};
