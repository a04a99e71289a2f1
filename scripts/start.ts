/** `npm start`: builds, then shows a report of a recorded cluster that is broken; `npm start -- check …` runs a command on your own. */
import { join } from "node:path";
import { execa } from "execa";

const root = join(import.meta.dirname, "..");
const own = process.argv.slice(2);
await execa(process.execPath, [join(root, "scripts/build.ts")], { stdio: "inherit" });

const example = join("examples", "vxlan-port-blocked.tar.gz");
const argv = own.length > 0 ? own : ["check", "--bundle", example];
if (own.length === 0)
  console.log(
    `A recorded three-node cluster with one real fault (${example}):\n\n$ kubectl netdoctor ${argv.join(" ")}`,
  );
const { exitCode } = await execa(process.execPath, [join(root, "bin/run.js"), ...argv], {
  cwd: root,
  stdio: "inherit",
  reject: false,
});
if (own.length > 0) process.exitCode = exitCode ?? 70;
else {
  console.log(`
On your own cluster, with the current context of kubectl:

  npm start -- check               examine it: creates and deletes one privileged Pod a Node
  npm start -- check --dry-run     see what that would create
  npm start -- check --api-only    create nothing
`);
}
