/** One file is built for each of these. The names are Go's, as Krew and kubectl's own downloads use them. */
export interface Platform {
  readonly os: "linux" | "darwin" | "windows";
  readonly arch: "amd64" | "arm64";
  /** npm package with Bun for it. On amd64 the baseline build where there is one: the others need AVX2. */
  readonly runtime: string;
  /** Bun's own name for the pair, for `bun build --target`. */
  readonly target: string;
}

export const platforms: readonly Platform[] = [
  { os: "linux", arch: "amd64", runtime: "@oven/bun-linux-x64-baseline", target: "bun-linux-x64-baseline" },
  { os: "linux", arch: "arm64", runtime: "@oven/bun-linux-aarch64", target: "bun-linux-arm64" },
  { os: "darwin", arch: "amd64", runtime: "@oven/bun-darwin-x64", target: "bun-darwin-x64" },
  { os: "darwin", arch: "arm64", runtime: "@oven/bun-darwin-aarch64", target: "bun-darwin-arm64" },
  { os: "windows", arch: "amd64", runtime: "@oven/bun-windows-x64-baseline", target: "bun-windows-x64-baseline" },
  { os: "windows", arch: "arm64", runtime: "@oven/bun-windows-aarch64", target: "bun-windows-arm64" },
];

/** "linux-amd64" */
export const nameOf = ({ os, arch }: Platform): string => `${os}-${arch}`;

export const executableOf = ({ os }: Platform): string =>
  os === "windows" ? "kubectl-netdoctor.exe" : "kubectl-netdoctor";

/** "kubectl-netdoctor_v0.1.0_linux_amd64.tar.gz": Krew opens .tar.gz and .zip only. */
export const archiveOf = ({ os, arch }: Platform, version: string): string =>
  `kubectl-netdoctor_v${version}_${os}_${arch}.${os === "windows" ? "zip" : "tar.gz"}`;

/** The platform this machine can run; throws where no executable is made for it. */
export function hostPlatform(): Platform {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const found = platforms.find((platform) => platform.os === os && platform.arch === arch);
  if (found === undefined) throw new Error(`no executable is made for ${os} on ${arch}`);
  return found;
}
