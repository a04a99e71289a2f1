import { expect, test } from "vitest";
import { exec } from "../../src/collect/api/exec.ts";
import { connected, double, soon } from "../support/api-double/connected.ts";
import { exit } from "../support/api-double/exec-channel.ts";

test("each file, request and exec is noted with method, URL, status and time, and never a credential", async () => {
  const server = await double({ exec: () => ({ steps: [exit(0)] }), tokens: new Set(["hush-hush"]) });
  const notes: string[] = [];
  const connection = await connected(
    server,
    { user: { token: "hush-hush" } },
    { as: "bob", onNote: (line) => void notes.push(line) },
  );
  await connection.get("/api/v1/pods?limit=5", { signal: soon() });
  await exec(
    connection,
    { namespace: "a", pod: "b", container: "c", command: ["secret word"] },
    { signal: soon(), maxBytes: 9 },
  );
  expect(notes.map((note) => note.replace(/\d+ ms$/, "N ms").replace(/from .*/, "from FILE"))).toEqual([
    "kubeconfig read from FILE",
    `GET ${server.url}/version 200 N ms`,
    `GET ${server.url}/api/v1/pods?limit=5 404 N ms`,
    `GET ${server.url}/api/v1/namespaces/a/pods/b/exec 101 N ms`,
  ]);
  expect(notes.join("\n")).not.toMatch(/hush-hush|secret word/);
});
