import { expect, test } from "vitest";
import { clientSeen } from "../../../src/engine/trace/client-seen.ts";
import type { Capture } from "../../../src/model/capture.ts";
import type { Flow } from "../../../src/model/flow.ts";
import { known } from "../../../src/model/learned.ts";

const capture = (id: string, text: string): Capture => ({ id, command: "", takenAt: "", result: known(text) });
const flow: Flow = {
  id: "a NodePort by another Node",
  purpose: "trace",
  from: { kind: "Pod", namespace: "shop", name: "a", node: "node1", ip: "10.244.0.3", hostNetwork: false },
  to: { kind: "Node", name: "node2", ip: "192.168.100.12" },
  protocol: "tcp",
  port: 31054,
  packetBytes: null,
  dns: null,
};
const said =
  "TRY 0 2026/11/21 12:00:00.1 socat[7] N opening connection to AF=2 192.168.100.12:31054|2026/11/21 12:00:00.2 socat[7] N successfully connected from local address AF=2 10.244.0.3:40000|";
const line = (original: string, reply: string): string => `tcp 6 118 TIME_WAIT ${original} ${reply} [ASSURED]`;
const leaving = line(
  "src=10.244.0.3 dst=192.168.100.12 sport=40000 dport=31054",
  "src=192.168.100.12 dst=192.168.100.11 sport=31054 dport=50001",
);
const turned = line(
  "src=192.168.100.11 dst=192.168.100.12 sport=50001 dport=31054",
  "src=10.244.0.2 dst=10.244.1.0 sport=8080 dport=60002",
);
const arriving = line(
  "src=10.244.1.0 dst=10.244.0.2 sport=60002 dport=8080",
  "src=10.244.0.2 dst=10.244.1.0 sport=8080 dport=60002",
);
const nodeOf = (address: string): string | null =>
  new Map([
    ["192.168.100.12", "node2"],
    ["10.244.0.2", "node1"],
  ]).get(address) ?? null;

function seenWith(node1: string, node2: string): ReturnType<typeof clientSeen> {
  const captures = [
    capture(`probe/${flow.id}`, said),
    capture("trace/records/node1", `TRY 0\n${node1}`),
    capture("trace/records/node2", `TRY 0\n${node2}`),
  ];
  return clientSeen(flow, new Map(captures.map((one) => [one.id, one])), nodeOf);
}

test("a connection by way of another Node is followed over both, back to the Pod on the first", () => {
  expect(seenWith(`${leaving}\n${arriving}`, turned)).toEqual({
    client: known("10.244.1.0:60002"),
    arrivedOn: "node1",
  });
});

test("what a Node on the way holds no record of is not said to have arrived", () => {
  const { client, arrivedOn } = seenWith(leaving, turned);
  expect(client).toMatchObject({ known: false, detail: "Node node1 holds no record of the connection" });
  expect(arrivedOn).toBeNull();
  expect(seenWith(leaving, "").client).toMatchObject({ known: false, detail: /node2/ });
});
