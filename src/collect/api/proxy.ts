import { BlockList, isIP } from "node:net";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that Go's net/http (and so kubectl) takes from the environment for this server: HTTPS_PROXY or HTTP_PROXY unless
 * NO_PROXY names the host; never for loopback (golang.org/x/net/http/httpproxy). "" = none.
 */
export function proxyFromEnvironment(server: string, env: Env): string {
  const { protocol, hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const proxy = protocol === "https:" ? either(env, "HTTPS_PROXY") : either(env, "HTTP_PROXY");
  const bypass = either(env, "NO_PROXY")
    .split(",")
    .map((entry) => entry.trim().toLowerCase());
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  if (proxy === "" || isLoopback(host) || bypass.some((entry) => entry !== "" && matches(entry, host, ownPort))) {
    return "";
  }
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function either(env: Env, name: string): string {
  return env[name] || env[name.toLowerCase()] || "";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") {
    return true;
  }
  if (entry.includes("/")) {
    return inRange(entry, host);
  }
  const colon = /^(.+):(\d+)$/.exec(entry);
  const withoutPort = colon && isIP(entry) === 0 ? (colon[1] ?? "") : entry;
  if (colon && withoutPort !== entry && colon[2] !== port) {
    return false;
  }
  const name = withoutPort.replace(/^\[|\]$/g, "").replace(/^\*/, "");
  if (name.startsWith(".")) {
    return host.endsWith(name);
  }
  return host === name || (isIP(name) === 0 && host.endsWith(`.${name}`));
}

function inRange(cidr: string, host: string): boolean {
  const [address = "", length = ""] = cidr.split("/");
  const family = isIP(address);
  const bits = Number(length);
  if (
    family === 0 ||
    family !== isIP(host) ||
    !Number.isInteger(bits) ||
    bits < 0 ||
    bits > (family === 4 ? 32 : 128)
  ) {
    return false;
  }
  const range = new BlockList();
  range.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
  return range.check(host, family === 4 ? "ipv4" : "ipv6");
}
