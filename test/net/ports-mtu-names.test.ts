import { describe, expect, test } from "vitest";
import { isHostName, queriesUntilAnswer, queryNames } from "../../src/net/domain-name.ts";
import { encapsulationOverhead, largestPodMtu } from "../../src/net/mtu.ts";
import { includesPort, parsePort, parsePortRange } from "../../src/net/port-range.ts";

describe("port ranges", () => {
  test("reads the three forms of --service-node-port-range", () => {
    expect(parsePortRange("30000-32767")).toEqual({ first: 30000, last: 32767 });
    expect(parsePortRange("30000+2767")).toEqual({ first: 30000, last: 32767 });
    expect(parsePortRange(" 8080 ")).toEqual({ first: 8080, last: 8080 });
  });
  test.each(["", "0", "0-10", "70000", "10-5", "60000-70000", "1-2-3", "a-b", "-5"])("refuses %j", (text) => {
    expect(parsePortRange(text)).toBeNull();
  });
  test("both ends belong to a range, and a port is 1 to 65535", () => {
    const range = { first: 30000, last: 32767 };
    expect([29999, 30000, 32767, 32768].map((port) => includesPort(range, port))).toEqual([false, true, true, false]);
    expect(["1", "65535", "65536", "0", "080", "1e3"].map(parsePort)).toEqual([1, 65535, null, null, null, null]);
  });
});

describe("encapsulation overhead", () => {
  test.each([
    ["vxlan", 50, 70],
    ["geneve", 50, 70],
    ["ipip", 20, 40],
    ["wireguard", 60, 80],
    ["direct-routing", 0, 0],
    ["bgp", 0, 0],
    ["single-node", 0, 0],
  ] as const)("%s takes %i bytes over IPv4 and %i over IPv6", (strategy, over4, over6) => {
    expect(encapsulationOverhead(strategy, "IPv4")?.bytes).toBe(over4);
    expect(encapsulationOverhead(strategy, "IPv6")?.bytes).toBe(over6);
  });
  test("only Geneve is a lower bound, and a strategy that does not tell has none", () => {
    expect(encapsulationOverhead("geneve", "IPv4")?.exact).toBe(false);
    expect(encapsulationOverhead("vxlan", "IPv4")?.exact).toBe(true);
    expect(encapsulationOverhead("ebpf", "IPv4")).toBeNull();
    expect(encapsulationOverhead("unknown", "IPv4")).toBeNull();
  });
  test("flannel's 1450 follows from an uplink of 1500", () => {
    expect(largestPodMtu(1500, "vxlan", "IPv4")).toBe(1450);
    expect(largestPodMtu(1500, "ebpf", "IPv4")).toBeNull();
  });
});

describe("search list", () => {
  const pod = { search: ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp.example"], ndots: 5 };

  test("with ndots:5 an outside name is asked last, as it is", () => {
    expect(queryNames("api.example.com", pod)).toEqual([
      "api.example.com.shop.svc.cluster.local.",
      "api.example.com.svc.cluster.local.",
      "api.example.com.cluster.local.",
      "api.example.com.corp.example.",
      "api.example.com.",
    ]);
    expect(queriesUntilAnswer("api.example.com", pod, "api.example.com")).toBe(10);
  });
  test("a short name of the Pod's own namespace is the first name asked", () => {
    expect(queriesUntilAnswer("cart", pod, "cart.shop.svc.cluster.local")).toBe(2);
    expect(queriesUntilAnswer("cart", pod, null)).toBe(10);
  });
  test("a trailing dot asks for that name only", () => {
    expect(queryNames("api.example.com.", pod)).toEqual(["api.example.com."]);
  });
  test("with enough dots the name comes first; glibc then goes on with the search list and musl does not", () => {
    const two = { ...pod, ndots: 2 };
    expect(queryNames("api.example.com", two)[0]).toBe("api.example.com.");
    expect(queryNames("api.example.com", two)).toHaveLength(5);
    expect(queryNames("api.example.com", two, "musl")).toEqual(["api.example.com."]);
  });
  test("a root in the search list stands for the name as it is", () => {
    expect(queryNames("api", { search: ["."], ndots: 1 })).toEqual(["api."]);
  });
  test("a name that would be too long for the wire is not asked for", () => {
    const long = `${"a".repeat(60)}.`.repeat(4).slice(0, -1);
    expect(queryNames(long, pod)).toEqual([`${long}.`]);
    expect(queryNames("", pod)).toEqual([]);
  });
  test("host names follow RFC 1123", () => {
    expect(["api.example.com", "3com.com", "a.b.", "x".repeat(63)].map(isHostName)).toEqual([true, true, true, true]);
    expect(["", "-a.b", "a_b", "a..b", "x".repeat(64), "a b"].map(isHostName)).toEqual(Array(6).fill(false));
  });
});
