#!/usr/bin/env node
// kubectl runs this for `kubectl netdoctor <TAB>`, where it is on PATH as kubectl_complete-netdoctor.
process.argv.splice(2, 0, "__complete");
await import("./run.js");
