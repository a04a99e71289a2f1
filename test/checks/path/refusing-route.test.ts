import { expect, test } from "vitest";
import { routeRefusingPods } from "../../../src/checks/path/pod-route.ts";
import { nodeRef } from "../../../src/model/define.ts";

/** The changing commands for a route or rule that refuses Pod traffic on node2. */
function removal(route: string, protocol: string, where: { readonly pod: string; readonly netns: string }): string {
  const params = { route, protocol, agent: "calico/node-1", type: route.split(" ")[0] ?? "", ...where };
  return routeRefusingPods
    .next(params, nodeRef("node2"))
    .filter(({ effect }) => effect === "changes")
    .map(({ run }) => run.join(" "))
    .join("; ");
}
const restarted = "kubectl -n calico delete pod node-1";
const onNode = { pod: "", netns: "" };

test("a route that somebody made by hand is deleted, by family and table, where it stands, and the agent writes its own again", () => {
  expect(removal("blackhole 10.244.2.0/24 table 77", "boot", onNode)).toBe(
    `ip route del blackhole 10.244.2.0/24 table 77; ${restarted}`,
  );
  expect(removal("unreachable fd00:10:244:2::/64", "static", onNode)).toBe(
    `ip -6 route del unreachable fd00:10:244:2::/64; ${restarted}`,
  );
  expect(removal("prohibit 10.244.2.0/24", "boot", { pod: "shop/a", netns: "/run/netns/cni-1" })).toBe(
    "nsenter --net=/run/netns/cni-1 ip route del prohibit 10.244.2.0/24",
  );
});

test("a route of a routing daemon, which makes it again, is not deleted", () => {
  expect(removal("blackhole 10.244.2.0/26", "bird", onNode)).toBe(restarted);
});
