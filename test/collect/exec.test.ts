import { describe, expect, onTestFinished, test } from "vitest";
import { exec, podLog } from "../../src/collect/api/exec.ts";
import { connected, double, soon } from "../support/api-double/connected.ts";
import { type ExecScript, type ExecStep, exit, stderr, stdout } from "../support/api-double/exec-channel.ts";
import { temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { status } from "../support/api-double/objects.ts";

const TARGET = { namespace: "shop", pod: "cart-0", container: "app", command: ["sh", "-c", "echo 'a b' & true"] };
const steps = (...all: readonly ExecStep[]) => ({ exec: (): ExecScript => ({ steps: all }) });

async function run(script: { exec: () => ExecScript }, limits: { signal?: AbortSignal; maxBytes?: number } = {}) {
  const connection = await connected(await double(script));
  return exec(connection, TARGET, { signal: limits.signal ?? soon(), maxBytes: limits.maxBytes ?? 1024 });
}

describe("exec", () => {
  test("returns stdout, stderr and the exit code", async () => {
    expect(await run(steps(stdout("one\n"), stderr("oops\n"), stdout("two\n"), exit(3)))).toEqual({
      known: true,
      value: { stdout: "one\ntwo\n", stderr: "oops\n", exitCode: 3 },
    });
  });

  test("asks for the words of the command one by one, and never for stdin", async () => {
    const server = await double(steps(exit(0)));
    await exec(await connected(server), TARGET, { signal: soon(), maxBytes: 10 });
    const asked = server.requests.at(-1);
    expect(asked?.path).toBe("/api/v1/namespaces/shop/pods/cart-0/exec");
    expect(asked?.query.getAll("command")).toEqual(TARGET.command);
    expect(asked?.query.get("stdin")).toBe("false");
    expect(asked?.headers.authorization).toBe("Bearer letmein");
  });

  test("sends impersonation with the upgrade, each group apart", async () => {
    const server = await double(steps(exit(0)));
    const connection = await connected(server, {}, { as: "bob", asGroups: ["ops", "dev"] });
    await exec(connection, TARGET, { signal: soon(), maxBytes: 10 });
    const raw = server.requests.at(-1)?.rawHeaders ?? [];
    const groups = raw.filter((_, index) => raw[index - 1]?.toLowerCase() === "impersonate-group");
    expect(groups).toEqual(["ops", "dev"]);
    expect(server.requests.at(-1)?.headers["impersonate-user"]).toBe("bob");
  });

  test("works over plain http and with servers that speak v4", async () => {
    const script: ExecScript = { steps: [stdout("hi"), exit(0)], protocol: "v4.channel.k8s.io" };
    const connection = await connected(await double({ plain: true, exec: () => script }));
    expect(await exec(connection, TARGET, { signal: soon(), maxBytes: 10 })).toMatchObject({ value: { stdout: "hi" } });
  });

  test("keeps a character that two frames share", async () => {
    const bytes = Buffer.from("ü");
    expect(await run(steps(stdout(bytes.subarray(0, 1)), stdout(bytes.subarray(1)), exit(0)))).toMatchObject({
      value: { stdout: "ü" },
    });
  });

  test("takes 20 MB of output", async () => {
    const chunk = Buffer.alloc(1024 * 1024, "x");
    const output = await run(steps(...Array.from({ length: 20 }, () => stdout(chunk)), exit(0)), {
      maxBytes: 32 * 1024 * 1024,
    });
    expect(output.known && output.value.stdout.length).toBe(20 * 1024 * 1024);
  });

  test("stops at its limit of bytes", async () => {
    const output = await run(steps(stdout("x".repeat(2000)), { waitMs: 10_000 }, exit(0)), { maxBytes: 1000 });
    expect(output).toMatchObject({ known: false, reason: "too-large" });
  });

  test("ignores frames that close a channel, empty frames, and empty channels", async () => {
    const closing = [
      { raw: Buffer.from([255, 1]) },
      { raw: Buffer.from([255]) },
      { raw: Buffer.alloc(0) },
      { raw: Buffer.from([1]) },
    ];
    expect(await run(steps(...closing, stdout("still"), ...closing, exit(0)))).toMatchObject({
      value: { stdout: "still", exitCode: 0 },
    });
  });

  test("a connection that dies without a status is no success", async () => {
    expect(await run(steps(stdout("partial"), { die: true }))).toEqual({
      known: false,
      reason: "failed",
      detail: "the connection closed before the command's status arrived; 7 bytes had arrived",
    });
  });

  test("a close frame without a status is no success", async () => {
    expect(await run(steps(stdout("partial"), { close: 1000 }))).toMatchObject({ known: false, reason: "failed" });
  });

  test("the signal ends a command that goes on", async () => {
    const output = await run(steps(stdout("so far"), { waitMs: 20_000 }), { signal: AbortSignal.timeout(400) });
    expect(output).toMatchObject({ known: false, reason: "timed-out" });
  });

  test("an upgrade that is refused shows the server's own words", async () => {
    const body = status(403, "Forbidden", 'pods "cart-0" is forbidden: User "ada" cannot create resource "pods/exec"');
    const output = await run({ exec: () => ({ refuse: { status: 403, body } }) });
    expect(output).toEqual({
      known: false,
      reason: "forbidden",
      detail: 'pods "cart-0" is forbidden: User "ada" cannot create resource "pods/exec"',
    });
  });

  test("a Pod that is not there is a failure, not a missing API", async () => {
    const body = status(404, "NotFound", 'pods "cart-0" not found');
    expect(await run({ exec: () => ({ refuse: { status: 404, body } }) })).toEqual({
      known: false,
      reason: "failed",
      detail: 'pods "cart-0" not found',
    });
  });

  test("a kubelet that the API server cannot reach is unreachable", async () => {
    const body = status(500, "", "error dialing backend: dial tcp 10.0.0.7:10250: connect: no route to host");
    expect(await run({ exec: () => ({ refuse: { status: 500, body } }) })).toMatchObject({ reason: "unreachable" });
  });

  test("a command that the container does not have is a missing tool", async () => {
    const message = 'exec failed: unable to start container process: exec: "nft": executable file not found in $PATH';
    const failure = { metadata: {}, status: "Failure", reason: "InternalError", message, code: 500 };
    expect(await run(steps({ channel: 3, data: JSON.stringify(failure) }))).toEqual({
      known: false,
      reason: "no-tool",
      detail: message,
    });
  });

  test("a status that is not JSON is unparsable", async () => {
    expect(await run(steps({ channel: 3, data: "done" }))).toMatchObject({ known: false, reason: "unparsable" });
  });

  test("a 401 on the upgrade renews the credentials once", async () => {
    const tokens = new Set(["first"]);
    const server = await double({ tokens, ...steps(stdout("in"), exit(0)) });
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const connection = await connected(server, { user: { tokenFile: directory.write("token", "first") } });
    directory.write("token", "second");
    tokens.clear();
    tokens.add("second");
    expect(await exec(connection, TARGET, { signal: soon(), maxBytes: 10 })).toMatchObject({ value: { stdout: "in" } });
  });

  test("a server that is gone is unreachable", async () => {
    const server = await double();
    const connection = await connected(server);
    await server.close();
    expect(await exec(connection, TARGET, { signal: soon(), maxBytes: 10 })).toMatchObject({ reason: "unreachable" });
  });
});

describe("podLog", () => {
  const path = "/api/v1/namespaces/shop/pods/cart-0/log";
  const limits = { tailLines: 10, limitBytes: 1000 };

  test("returns the text", async () => {
    const server = await double({ handle: (request) => (request.path === path ? { text: "line\n" } : undefined) });
    const connection = await connected(server);
    expect(await podLog(connection, TARGET, { signal: soon(), ...limits })).toEqual({ known: true, value: "line\n" });
    expect(server.requests.at(-1)?.query.get("tailLines")).toBe("10");
  });

  test("is unknown for a Pod that is not there", async () => {
    const connection = await connected(await double());
    expect(await podLog(connection, TARGET, { signal: soon(), ...limits })).toMatchObject({ reason: "failed" });
  });
});
