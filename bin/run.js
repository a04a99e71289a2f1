#!/usr/bin/env node
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 22) {
  process.stderr.write(`kubectl netdoctor needs Node.js 22 or newer; this is ${process.versions.node}\n`);
  process.exitCode = 3;
} else {
  const module = await import("node:module");
  module.enableCompileCache?.();
  await import("../dist/cli.cjs");
}
