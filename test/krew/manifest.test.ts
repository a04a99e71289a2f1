import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import pjson from "../../package.json" with { type: "json" };
import { krewFaults, parseKrewManifest } from "../../scripts/package/krew-manifest.ts";
import { krewPairs, selects } from "../../scripts/package/krew-selector.ts";
import { krewTemplate, renderKrewManifest } from "../../scripts/package/krew-template.ts";
import { archiveOf, platforms } from "../../scripts/package/platforms.ts";
import { sha256 } from "../../scripts/package/release-files.ts";

const version = "1.2.3";
const sums = new Map(platforms.map((platform) => [archiveOf(platform, version), sha256(Buffer.from(platform.target))]));
const good = renderKrewManifest(version, sums);
const faultsOf = (change: (text: string) => string): readonly string[] => {
  expect(change(good)).not.toBe(good);
  return krewFaults("netdoctor.yaml", change(good));
};

describe("the rendered manifest", () => {
  test("is one that the index takes", () => {
    expect(krewFaults("netdoctor.yaml", good)).toEqual([]);
  });

  test("names each platform's own archive with its sum", () => {
    const manifest = parseKrewManifest(good);
    expect(manifest.spec.version).toBe("v1.2.3");
    expect(manifest.spec.platforms.length).toBe(platforms.length);
    for (const platform of platforms) {
      const { os, arch } = platform;
      const [found, ...more] = manifest.spec.platforms.filter(
        ({ selector }) => selector !== undefined && selects(selector, os, arch),
      );
      const archive = archiveOf(platform, version);
      expect(more).toEqual([]);
      expect(found?.uri.endsWith(`/releases/download/v1.2.3/${archive}`)).toBe(true);
      expect(found?.sha256).toBe(sums.get(archive));
    }
  });

  test("comes from the repository that the package names", () => {
    const address = `https://github.com/${pjson.repository.replace("github:", "")}`;
    const { spec } = parseKrewManifest(good);
    expect(spec.homepage).toBe(address);
    for (const { uri } of spec.platforms) expect(uri.startsWith(`${address}/releases/`)).toBe(true);
  });

  test("cannot be made while an archive is missing", () => {
    expect(() => renderKrewManifest(version, new Map())).toThrow(
      "there is no kubectl-netdoctor_v1.2.3_linux_amd64.tar.gz",
    );
  });
});

test("the template calls addURIAndSha where the release bot's fixed indentation fits", () => {
  const calls = readFileSync(krewTemplate, "utf8")
    .split("\n")
    .filter((line) => line.includes("addURIAndSha"));
  expect(calls.length).toBe(platforms.length);
  expect(calls.filter((line) => !line.startsWith("    {{addURIAndSha "))).toEqual([]);
});

describe("a manifest is refused", () => {
  const short = /shortDescription: .*/;
  test.each<[string, string, (text: string) => string]>([
    ["of another apiVersion", "apiVersion", (text) => text.replace("v1alpha2", "v1alpha3")],
    ["of another kind", "kind Plugins", (text) => text.replace("kind: Plugin", "kind: Plugins")],
    ["with a name that no file may have", "the name nul", (text) => text.replace("name: netdoctor", "name: nul")],
    ["with a name of other letters", "not allowed", (text) => text.replace("name: netdoctor", "name: net.doctor")],
    ["with another name than its file's", "should be named", (text) => text.replace("name: netdoctor", "name: netdoc")],
    ["with a version without v", "version 1.2.3", (text) => text.replace("version: v1.2.3", "version: 1.2.3")],
    ["with a version of two numbers", "version v1.2", (text) => text.replace("version: v1.2.3", "version: v1.2")],
    ["without a short description", "no shortDescription", (text) => text.replace(short, 'shortDescription: ""')],
    ["with a short description of two lines", "one line", (text) => text.replace(short, 'shortDescription: "a\\nb"')],
    ["with a long short description", "70", (text) => text.replace(short, `shortDescription: ${"word ".repeat(20)}`)],
    ["without platforms", "no platform", (text) => text.replace(/ {2}platforms:[\s\S]*/, "  platforms: []\n")],
    ["with a uri that Krew cannot open", "neither", (text) => text.replace("linux_amd64.tar.gz", "linux_amd64.tar.xz")],
    ["without a uri", "uri is not set", (text) => text.replace(/ {4}uri: .*\n/, "")],
    [
      "with a sum in capitals",
      "sha256",
      (text) => text.replace(/sha256: .*/, (line) => line.toUpperCase().replace("SHA256", "sha256")),
    ],
    ["without bin", "bin is not set", (text) => text.replace("    bin: kubectl-netdoctor\n", "")],
    ["without a licence among its files", "licence", (text) => text.replace(/ {4}- from: LICENSE\n {6}to: \.\n/, "")],
    [
      "with an empty list of files",
      "empty",
      (text) => text.replace(/files:\n(?: {4}- from.*\n {6}to.*\n)+/, "files: []\n"),
    ],
    ["with a file without to", "to is not set", (text) => text.replace("      to: .\n", "")],
    ["with a file that goes elsewhere", "not a clean path", (text) => text.replace("to: .\n", "to: ../bin\n")],
    ["with a selector for something else", "only os and arch", (text) => text.replace("os: linux", "system: linux")],
    [
      "with a platform that Krew does not know",
      "no platform of Krew",
      (text) => text.replace("arch: amd64", "arch: m68k"),
    ],
    [
      "with two platforms for one machine",
      "both match linux/amd64",
      (text) => text.replace("arch: arm64", "arch: amd64"),
    ],
    [
      "with a Windows program that is no .exe",
      "no .exe",
      (text) => text.replace("bin: kubectl-netdoctor.exe", "bin: kubectl-netdoctor"),
    ],
    [
      "with a field that no manifest has",
      "licence",
      (text) => text.replace("  homepage:", "  licence: Apache-2.0\n  homepage:"),
    ],
    ["that is no YAML", "", () => "spec: [\n"],
  ])("%s", (_, words, change) => {
    const faults = faultsOf(change);
    expect(faults.join("\n")).toContain(words);
    expect(faults.length).toBeGreaterThan(0);
  });
});

describe("a selector", () => {
  const matching = (selector: Parameters<typeof selects>[0]): readonly string[] =>
    krewPairs.filter(({ os, arch }) => selects(selector, os, arch)).map(({ os, arch }) => `${os}/${arch}`);

  test("without expressions matches what its labels say", () => {
    expect(matching({ matchLabels: { arch: "arm64" } })).toEqual(["windows/arm64", "linux/arm64", "darwin/arm64"]);
  });

  test("with expressions matches what all of them allow", () => {
    const values = ["darwin", "linux"];
    expect(
      matching({
        matchExpressions: [
          { key: "os", operator: "In", values },
          { key: "arch", operator: "NotIn", values: ["386", "arm", "ppc64le"] },
          { key: "arch", operator: "Exists", values: [] },
        ],
      }),
    ).toEqual(["linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"]);
    expect(matching({ matchExpressions: [{ key: "os", operator: "DoesNotExist", values: [] }] })).toEqual([]);
  });
});
