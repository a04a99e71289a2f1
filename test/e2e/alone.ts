/** `node test/e2e/alone.ts`: netdoctor speaks to the API server and to nobody else. Takes root; runs what is in dist/. */
import { join } from "node:path";
import { execa } from "execa";
import * as v from "valibot";
import { must, Tally } from "./tally.ts";

const inside = join(import.meta.dirname, "alone-inside.ts");
const program = join(import.meta.dirname, "../../bin/run.js");
const answer = v.object({
  ends: v.array(v.object({ command: v.string(), exitCode: v.optional(v.number()), stderr: v.string() })),
  stray: v.number(),
  asked: v.number(),
});
/** By command; all others must end with 0. */
const expected: Readonly<Record<string, number>> = { "check --contxt x": 2 };

/** No telemetry, no update check, no name looked up: in a network namespace of its own not one packet goes elsewhere. */
export async function testAlone(tally: Tally): Promise<void> {
  await tally.test("no connection but to the API server", async () => {
    const { stdout } = await execa("unshare", ["--net", process.execPath, inside, program]);
    const { ends, stray, asked } = v.parse(answer, JSON.parse(stdout));
    const wrong = ends.filter(({ command, exitCode }) => exitCode !== (expected[command] ?? 0));
    must(wrong.length === 0, JSON.stringify(wrong));
    must(stray === 0, `${stray} packets to somebody else`);
    must(asked > 0, "the API server was not asked");
    return `${ends.length} commands, ${asked} requests`;
  });
}

if (process.argv[1] === import.meta.filename) {
  const tally = new Tally();
  await testAlone(tally);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}
