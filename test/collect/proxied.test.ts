import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/collect/api/connection.ts";
import type { Surroundings } from "../../src/collect/api/connection-options.ts";
import { exec } from "../../src/collect/api/exec.ts";
import { accessErrorOf as errorOf } from "../support/api-double/access-error-of.ts";
import { connectProxy } from "../support/api-double/connect-proxy.ts";
import { connected, double, NOWHERE, soon } from "../support/api-double/connected.ts";
import { exit, stdout } from "../support/api-double/exec-channel.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { socksProxy } from "../support/api-double/socks-proxy.ts";

const through = { exec: () => ({ steps: [stdout("through"), exit(0)] }) };
const target = { namespace: "shop", pod: "cart-0", container: "app", command: ["true"] };

/** As `connected`, with an environment. */
async function connectedFrom(env: Surroundings["env"], server: string, cluster: object = {}) {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const kubeconfig = directory.write("config", kubeconfigText({ server, cluster }));
  const connection = await connect({ kubeconfig }, { surroundings: { ...NOWHERE, env }, signal: soon() });
  onTestFinished(() => connection.close());
  return connection;
}

describe("through a proxy", () => {
  test("that proxy-url names go requests and exec, in tunnels of their own", async () => {
    const server = await double(through);
    const proxy = await connectProxy();
    const connection = await connected(server, { cluster: { "proxy-url": proxy.url } });
    const output = await exec(connection, target, { signal: soon(), maxBytes: 100 });
    expect(output).toMatchObject({ value: { stdout: "through" } });
    const host = server.url.replace("https://", "");
    expect(proxy.asked).toEqual([host, host]);
  });

  test("of SOCKS5 with a user and password go requests and exec", async () => {
    const server = await double(through);
    const proxy = await socksProxy({ name: "ada", password: "p@ss" });
    const connection = await connected(server, { cluster: { "proxy-url": `socks5://ada:p%40ss@${proxy.host}` } });
    const output = await exec(connection, target, { signal: soon(), maxBytes: 100 });
    expect(output).toMatchObject({ value: { stdout: "through" } });
    const host = server.url.replace("https://", "");
    expect(proxy.asked).toEqual([host, host]);
  });

  test("the server's name is resolved by the proxy and its certificate is still checked", async () => {
    const server = await double();
    const proxy = await socksProxy();
    const cluster = { "proxy-url": `socks5://${proxy.host}` };
    const named = server.url.replace("127.0.0.1", "localhost");
    await connectedFrom({}, named, { ...cluster, "tls-server-name": "kubernetes.example" });
    expect(proxy.asked).toEqual([named.replace("https://", "")]);
    const error = await errorOf(connectedFrom({}, server.url, { ...cluster, "tls-server-name": "another.example" }));
    expect(error.kind).toBe("tls");
  });

  test("the environment's proxy is used for a server that is not loopback", async () => {
    const server = await double();
    const proxy = await connectProxy("127.0.0.1");
    const env = { HTTPS_PROXY: proxy.url };
    const named = server.url.replace("127.0.0.1", "api.prod.example");
    await connectedFrom(env, named, { "tls-server-name": "kubernetes.example" });
    await connectedFrom(env, server.url);
    expect(proxy.asked).toEqual([named.replace("https://", "")]);
    expect(server.requests).toHaveLength(2);
  });

  test("a server of plain http is asked of the proxy itself, without a tunnel", async () => {
    const proxy = await double({ plain: true });
    await connectedFrom({ HTTP_PROXY: proxy.url }, "http://api.prod.example:8001");
    expect(proxy.requests.map(({ method, path, headers }) => [method, path, headers.host])).toEqual([
      ["GET", "/version", "api.prod.example:8001"],
    ]);
  });

  test("that refuses, one that is not there and one that is none are told apart, and no password is shown", async () => {
    const server = await double();
    const picky = await socksProxy({ name: "ada", password: "right" });
    const messages: string[] = [];
    for (const url of [
      `socks5://ada:hush-hush@${picky.host}`,
      "http://ada:hush-hush@127.0.0.1:1",
      "ftp://ada:hush-hush@proxy",
    ]) {
      const error = await errorOf(connected(server, { cluster: { "proxy-url": url } }));
      messages.push(error.message);
      expect(`${error.message} ${error.hint}`).not.toContain("hush-hush");
      expect(error.hint).toContain("proxy-url");
    }
    expect(messages).toEqual([
      `the proxy ${picky.host} refused the connection to the server: user and password were refused`,
      "cannot reach the proxy 127.0.0.1:1: ECONNREFUSED",
      "`ftp://proxy` is not the URL of a proxy",
    ]);
  });
});
