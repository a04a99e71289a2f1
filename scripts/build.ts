/** src → dist/cli.cjs: one CommonJS file with everything in it, the way that starts fastest (docs/decisions). */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
mkdirSync(join(root, "dist"), { recursive: true });
const result = await build({
  entryPoints: [join(root, "src/cli/main.ts")],
  outfile: join(root, "dist/cli.cjs"),
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  minify: true,
  metafile: true,
  // oclif looks for it only where it runs from TypeScript sources.
  external: ["typescript"],
  logLevel: "warning",
  // CommonJS has no import.meta; what asks for it only wants to know where the file is.
  define: { "import.meta.url": "__netdoctorFile", "import.meta.dirname": "__dirname" },
  banner: { js: 'const __netdoctorFile = require("node:url").pathToFileURL(__filename).href;' },
});
writeFileSync(join(root, "dist/meta.json"), JSON.stringify(result.metafile));
