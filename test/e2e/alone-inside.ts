/**
 * Runs in a network namespace of its own, as root: `unshare --net node test/e2e/alone-inside.ts PROGRAM`. There is loopback with a double
 * of the API server, and a device that leads nowhere. Prints as JSON how each command ended and the packets that were sent to anybody else.
 */
import { rm, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { startApiDouble } from "../support/api-double/server.ts";

const program = process.argv[2] ?? "";
const commands = [
  ["version", "-o", "json"],
  ["check", "--api-only", "-o", "json", "--quiet"],
  ["cni", "--api-only", "--quiet"],
  ["explain", "vxlan-port-blocked"],
  ["check", "--help"],
  ["check", "--contxt", "x"],
];

await execa("ip", ["link", "set", "lo", "up"]);
await execa("ip", ["link", "add", "nowhere", "type", "veth", "peer", "name", "end"]);
await writeFile("/proc/sys/net/ipv6/conf/nowhere/disable_ipv6", "1");
await execa("ip", ["link", "set", "nowhere", "up"]);
await execa("ip", ["route", "add", "default", "dev", "nowhere"]);
const server = await startApiDouble({ collections: { "/api/v1/nodes": [], "/api/v1/pods": [] } });
const { port } = new URL(server.url);
await execa("nft", ["-f", "-"], {
  input: `table inet alone {
    chain out {
      type filter hook output priority 0;
      ip daddr 127.0.0.1 tcp dport ${port} accept
      ip saddr 127.0.0.1 tcp sport ${port} accept
      counter comment "stray"
    }
  }`,
});
const directory = temporaryDirectory();
const KUBECONFIG = directory.write("config", kubeconfigText({ server: server.url }));
const ends = [];
for (const argv of commands) {
  const { exitCode, stderr } = await execa(process.execPath, [program, ...argv], {
    env: { PATH: process.env.PATH ?? "", HOME: directory.path, KUBECONFIG },
    extendEnv: false,
    reject: false,
    timeout: 60_000,
  });
  ends.push({ command: argv.join(" "), exitCode, stderr });
}
const { stdout: rules } = await execa("nft", ["list", "table", "inet", "alone"]);
const stray = /counter packets (\d+)/.exec(rules)?.[1];
console.log(JSON.stringify({ ends, stray: Number(stray ?? Number.NaN), asked: server.requests.length }));
await server.close();
await rm(directory.path, { recursive: true });
