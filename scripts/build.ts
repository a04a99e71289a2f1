/** src → dist/cli.cjs: one CommonJS file with everything in it, the way that starts fastest (docs/decisions). */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");

/**
 * What is asked for on the off-chance. Left as imports, each runtime would look for it in its own way, in places that are not
 * ours. `missing`: who asks can do without. `empty`: loaded by oclif for its plugins' folders, and never called.
 */
const absent: readonly (readonly [request: RegExp, namespace: "missing" | "empty"])[] = [
  [/^(?:typescript|bufferutil|utf-8-validate)$/, "missing"],
  // undici's other HTTP parser, which only its UNDICI_USE_MILO turns on.
  [/^\.\.\/milo\/(?:no-)?simd\.js$/, "missing"],
  [/^tinyglobby$/, "empty"],
];

const leftOut: Plugin = {
  name: "left-out",
  setup: (building) => {
    for (const [filter, namespace] of absent) {
      building.onResolve({ filter }, ({ path }) => ({ path, namespace }));
    }
    building.onLoad({ filter: /^/, namespace: "missing" }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not in the bundle`)});`,
    }));
    building.onLoad({ filter: /^/, namespace: "empty" }, () => ({ contents: "module.exports = {};" }));
  },
};

const place = `const __netdoctorFile = process.execPath,
  __netdoctorDirectory = require("node:path").dirname(__netdoctorFile),
  __netdoctorUrl = require("node:url").pathToFileURL(__netdoctorFile).href;`;

/** Writes cli.cjs and meta.json into a directory. The same sources give the same bytes, wherever the directory is. */
export async function bundle(directory: string): Promise<Metafile> {
  mkdirSync(directory, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outfile: join(directory, "cli.cjs"),
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    metafile: true,
    // The packages' licences travel beside the file, complete (scripts/package/notices.ts).
    legalComments: "none",
    plugins: [leftOut],
    logLevel: "warning",
    // What asks where its file is wants a path that exists. Bun would write the path of the build in its place.
    define: {
      "import.meta.url": "__netdoctorUrl",
      "import.meta.dirname": "__netdoctorDirectory",
      __filename: "__netdoctorFile",
      __dirname: "__netdoctorDirectory",
      "process.env.UNDICI_USE_MILO": "undefined",
      // Bun would write "development" here, and oclif then warn people of what is ours to know.
      "process.env.NODE_ENV": '"production"',
      __netdoctorCommit: JSON.stringify(commit()),
    },
    banner: { js: place },
  });
  writeFileSync(join(directory, "meta.json"), JSON.stringify(metafile));
  return metafile;
}

/** The commit that the sources are of; "" where they differ from it, or are no work tree of git. */
function commit(): string {
  const git = (...argv: readonly string[]): string | null => {
    const { status, stdout } = spawnSync("git", argv, { cwd: root, encoding: "utf8" });
    return status === 0 ? stdout.trim() : null;
  };
  return git("status", "--porcelain") === "" ? (git("rev-parse", "HEAD") ?? "") : "";
}

if (process.argv[1] === import.meta.filename) await bundle(join(root, "dist"));
