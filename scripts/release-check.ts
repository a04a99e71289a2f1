/** `node scripts/release-check.ts v1.2.3 owner/repository`: ends with 1 where a release under that tag would be wrong. */
import { readFileSync } from "node:fs";
import pjson from "../package.json" with { type: "json" };
import { krewTemplate } from "./package/krew-template.ts";

const [tag = "", repository = ""] = process.argv.slice(2);
const addresses = readFileSync(krewTemplate, "utf8").match(/https:\/\/github\.com\/[\w.-]+\/[\w.-]+/g) ?? [];
const faults = [
  tag === `v${pjson.version}` ? "" : `the tag is ${tag}, the version of package.json is ${pjson.version}`,
  pjson.repository === `github:${repository}` ? "" : `package.json names the repository ${pjson.repository}`,
  ...[...new Set(addresses)]
    .filter((address) => address !== `https://github.com/${repository}`)
    .map((address) => `krew/netdoctor.yaml names ${address}`),
].filter((fault) => fault !== "");
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
