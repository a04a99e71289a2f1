import { isBuiltin } from "node:module";
import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { bundledPackages } from "../../scripts/package/bundled-packages.ts";
import { notices } from "../../scripts/package/notices.ts";
import { sbom } from "../../scripts/package/sbom.ts";
import { metafile } from "./programs.ts";

const packages = bundledPackages(metafile);
const dependencies = Object.keys(manifest.dependencies);

test("every dependency of the package is in the bundle", () => {
  const names = new Set(packages.map(({ name }) => name));
  expect(dependencies.filter((name) => !names.has(name))).toEqual([]);
});

test("the bundle asks for nothing but Node's own modules", () => {
  const asked = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect([...new Set(asked)].filter((path) => !isBuiltin(path))).toEqual([]);
});

test("the notices hold the licence of every package in the bundle", () => {
  const text = notices(packages, null);
  for (const { name, version, license, texts } of packages) {
    expect(text).toContain(`${name} ${version}`);
    for (const own of texts) expect(text).toContain(own.replaceAll("\r\n", "\n"));
    expect(`${name}: ${license}`).toMatch(
      /: (?:\()?(?:MIT|ISC|BSD|0BSD|Apache-2\.0|BlueOak|Python-2\.0|CC0|Unlicense)/,
    );
  }
});

test("the bill of materials names every package once, with the hash of the lock file", () => {
  const bill: { components: { purl: string; hashes?: { content: string }[] }[]; specVersion: string } = JSON.parse(
    sbom("1.2.3", packages, ["@oven/bun-linux-aarch64"]),
  );
  const purls = bill.components.map(({ purl }) => purl);
  expect(new Set(purls).size).toBe(purls.length);
  expect(purls).toContain("pkg:npm/%40oven/bun-linux-aarch64@1.4.5");
  for (const { name, version } of packages) expect(purls).toContain(`pkg:npm/${name.replace("@", "%40")}@${version}`);
  const unhashed = bill.components.filter(({ hashes }) => !/^[0-9a-f]{128}$/.test(hashes?.[0]?.content ?? ""));
  expect(unhashed.map(({ purl }) => purl)).toEqual([]);
});
