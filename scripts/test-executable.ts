/** `npm run test:executable`: builds the executables that this machine can run, and tests every form in which the program ships. */
import { join } from "node:path";
import { execa } from "execa";
import { hostPlatform, nameOf } from "./package/platforms.ts";

const root = join(import.meta.dirname, "..");
const host = nameOf(hostPlatform());
const only = host === "linux-amd64" ? `${host},sea` : host;
await execa(process.execPath, ["scripts/package.ts", "--only", only], { cwd: root, stdio: "inherit" });
const { exitCode } = await execa("vitest", ["run", "--reporter=default", "test/executable", "test/krew"], {
  cwd: root,
  env: { NETDOCTOR_EXECUTABLES: "required" },
  preferLocal: true,
  reject: false,
  stdio: "inherit",
});
process.exitCode = exitCode ?? 1;
