import { dirname } from "node:path";
import { execa } from "execa";
import { pinnedPackage } from "./pinned-package.ts";
import { hostPlatform } from "./platforms.ts";

/** Raw DEFLATE (RFC 1951) of some bytes. */
export type Deflate = (bytes: Buffer) => Promise<Buffer>;

const program = `const bytes = await Bun.stdin.bytes();
await Bun.write(Bun.stdout, Bun.deflateSync(bytes, { library: "libdeflate", level: 6 }));`;

/**
 * With the libdeflate that Bun holds: 3 % smaller than Node's zlib at its best (58.5 and 60.4 MB for windows-amd64), and the
 * same whatever Node runs the packaging. Level 12 saves 2 % more in four times the time.
 */
export const deflate: Deflate = async (bytes) => {
  const { executable } = await pinnedPackage(hostPlatform().runtime);
  const { stdout } = await execa(executable, ["-e", program], {
    input: bytes,
    encoding: "buffer",
    maxBuffer: bytes.length + 1024 * 1024,
    // Bun reads a bunfig.toml and a .env where it is started.
    cwd: dirname(executable),
    extendEnv: false,
  });
  return Buffer.from(stdout);
};
