#!/usr/bin/env node
// Runs the sources as they are: Node 24 strips the types.
await import("../src/cli/main.ts");
