import { expect, test } from "vitest";
import type { CniConfig } from "../../../src/model/node.ts";
import { parseCniConfig } from "../../../src/read/cni-conf/conflist.ts";
import { ABSENT, corpusFiles, corpusIsAbsent, expectedAnswers } from "../node/corpus.ts";

interface Expected {
  readonly file: string;
  readonly name: string;
  readonly refused: boolean;
  readonly fields: ReadonlyMap<string, string>;
}

/** The manifest says how the text is made, not what the file is called on a Node: a list is read as one. */
function expectedOf(file: string, parts: readonly string[]): Expected {
  const fields = new Map(
    parts
      .filter((part) => part.includes("="))
      .map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]),
  );
  const list = fields.get("format") === "list";
  const plugins = fields.get("plugins") ?? "";
  const refused =
    !fields.has("format") ||
    (fields.get("strict_json") ?? "").startsWith("no") ||
    /\?|<missing type>/.test(plugins) ||
    (list && fields.get("name") === "<absent>");
  return { file, name: list ? "net.conflist" : "net.conf", refused, fields };
}

const said = (value: string | undefined) => (value === undefined || value === "<absent>" ? "" : value);

/** Where the manifest and the reader differ. Values that are placeholders ("__MTU__", "{{.PodCIDR}}") are no facts. */
function differences({ file, fields }: Expected, config: CniConfig): readonly string[] {
  const wrong: string[] = [];
  const compare = (what: string, expected: string, actual: string) => {
    if (expected !== actual) wrong.push(`${file}: ${what} expected ${expected}, read ${actual}`);
  };
  compare("name", said(fields.get("name")), config.name);
  compare("cniVersion", said(fields.get("cniVersion")), config.cniVersion);
  compare("plugins", fields.get("plugins") ?? "", config.plugins.map((plugin) => plugin.type).join(","));
  for (const plugin of config.plugins) {
    const [, ipamType, inside] = /^([^(]*)(?:\((.*)\))?$/.exec(fields.get(`ipam[${plugin.type}]`) ?? "") ?? [];
    const subnets = (inside ?? "").split(",").filter((text) => /^[0-9a-f.:]+\/\d+$/i.test(text));
    const mtu = fields.get(`mtu[${plugin.type}]`);
    const bridge = fields.get(`bridge[${plugin.type}]`);
    if (ipamType !== undefined && ipamType !== "") compare("ipam", ipamType, String(plugin.ipamType));
    if (subnets.length > 0) compare("subnets", subnets.join(","), plugin.subnets.join(","));
    if (mtu !== undefined && /^[1-9]/.test(mtu)) compare("mtu", mtu, String(plugin.mtuBytes));
    if (bridge !== undefined) compare("bridge", bridge, String(plugin.bridge));
  }
  const delegates = fields.get("delegates");
  if (delegates !== undefined) compare("delegates", delegates, config.plugins[0]?.delegates.join(",") ?? "");
  return wrong;
}

test("every CNI configuration of the corpus is read as its manifest says, or refused where that says it is broken", ({
  skip,
}) => {
  skip(corpusIsAbsent, ABSENT);
  const answers = expectedAnswers("cni");
  const files = corpusFiles("cni");
  const wrong: string[] = [];
  let read = 0;
  let refused = 0;
  for (const [file, text] of files) {
    const expected = expectedOf(file, answers.get(file) ?? []);
    const config = parseCniConfig(expected.name, text);
    if (config.known !== !expected.refused) wrong.push(`${file}: ${config.known ? "read" : config.detail}`);
    else if (config.known) wrong.push(...differences(expected, config.value));
    if (config.known) read += 1;
    else refused += config.detail.length > 0 ? 1 : 0;
  }
  expect(wrong).toEqual([]);
  expect([...files.keys()].filter((file) => !answers.has(file))).toEqual([]);
  expect({ read, refused }).toEqual({ read: 123, refused: 30 });
});

test("under its own name every file of the corpus is a configuration or has a reason why not", ({ skip }) => {
  skip(corpusIsAbsent, ABSENT);
  const without = [...corpusFiles("cni")].filter(([name, text]) => {
    const config = parseCniConfig(name, text);
    return config.known ? config.value.plugins.length === 0 : config.detail === "";
  });
  expect(without).toEqual([]);
});
