import { describe, expect, test } from "vitest";
import { proxyFromEnvironment } from "../../src/collect/api/proxy.ts";

const SERVER = "https://api.prod.example:6443";
const PROXY = { HTTPS_PROXY: "http://proxy.example:3128" };

describe("the proxy from the environment", () => {
  test.each([
    ["is HTTPS_PROXY for an https server", SERVER, PROXY, "http://proxy.example:3128"],
    ["may be in lower case", SERVER, { https_proxy: "http://p:1" }, "http://p:1"],
    ["gets a scheme when it has none", SERVER, { HTTPS_PROXY: "p:1" }, "http://p:1"],
    ["is HTTP_PROXY for an http server", "http://a.example", { ...PROXY, HTTP_PROXY: "http://h:2" }, "http://h:2"],
    ["is never used for loopback", "https://127.0.0.1:6443", PROXY, ""],
    ["is never used for IPv6 loopback", "https://[::1]:6443", PROXY, ""],
    ["is not used where NO_PROXY is *", SERVER, { ...PROXY, NO_PROXY: "*" }, ""],
    ["is not used for a host under a NO_PROXY domain", SERVER, { ...PROXY, NO_PROXY: "x, prod.example" }, ""],
    ["is not used for a host under a dotted domain", SERVER, { ...PROXY, no_proxy: ".example" }, ""],
    [
      "is used where only the suffix of a label matches",
      SERVER,
      { ...PROXY, NO_PROXY: "rod.example" },
      PROXY.HTTPS_PROXY,
    ],
    [
      "a dotted domain does not match the domain itself",
      "https://example",
      { ...PROXY, NO_PROXY: ".example" },
      PROXY.HTTPS_PROXY,
    ],
    ["is not used for the port that NO_PROXY names", SERVER, { ...PROXY, NO_PROXY: "api.prod.example:6443" }, ""],
    ["is used for another port", SERVER, { ...PROXY, NO_PROXY: "api.prod.example:443" }, PROXY.HTTPS_PROXY],
    ["is not used for an address in a NO_PROXY range", "https://10.1.2.3", { ...PROXY, NO_PROXY: "10.0.0.0/8" }, ""],
    ["is not used for an IPv6 address in a range", "https://[fd00::1]", { ...PROXY, NO_PROXY: "fd00::/8" }, ""],
    [
      "is used where the range is nonsense",
      "https://10.1.2.3",
      { ...PROXY, NO_PROXY: "10.0.0.0/99" },
      PROXY.HTTPS_PROXY,
    ],
  ])("%s", (_, server, env, expected) => {
    expect(proxyFromEnvironment(server, env)).toBe(expected);
  });
});
