/** One element of an XML document; text is what stands between its tags, entities resolved. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}
interface Open extends Element {
  readonly children: Element[];
  text: string;
}

const ENTITY: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const resolved = (text: string): string => {
  if (/[<]|&(?!(amp|lt|gt|quot|#39);)/.test(text)) throw new Error(`not escaped: ${text}`);
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITY[name] ?? "");
};

/** Reads the XML that our reporters write; throws where it is not well-formed (XML 1.0 without DTDs, comments and CDATA). */
export function parseXml(document: string): Element {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 section 2.2 forbids them
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(document))
    throw new Error("a character that XML forbids");
  const body = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [root];
  let at = 0;
  for (const match of body.matchAll(/<(\/?)([a-zA-Z][\w.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const [tag, closing, name = "", attributes = "", empty] = match;
    const top = open.at(-1) ?? root;
    top.text += resolved(body.slice(at, match.index));
    at = match.index + tag.length;
    if (closing === "/") {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`);
      continue;
    }
    const pairs = [...attributes.matchAll(/([\w:.-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [
      key,
      resolved(value),
    ]);
    if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`<${name}> has an attribute twice`);
    const element: Open = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
    top.children.push(element);
    if (empty !== "/") open.push(element);
  }
  const [only, second] = root.children;
  if (open.length !== 1 || only === undefined || second !== undefined || body.slice(at).trim() !== "")
    throw new Error("not one whole document");
  return only;
}

interface Rule {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly children: readonly string[];
}
/** junit-10.xsd of the xUnit plugin of Jenkins, as rules: attributes and children of each element. */
const RULES: Readonly<Record<string, Rule>> = {
  testsuites: { required: [], optional: ["name", "time", "tests", "failures", "errors"], children: ["testsuite"] },
  testsuite: {
    required: ["name", "tests", "failures", "errors"],
    optional: ["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
    children: ["testsuite", "properties", "testcase", "system-out", "system-err"],
  },
  properties: { required: [], optional: [], children: ["property"] },
  property: { required: ["name", "value"], optional: [], children: [] },
  testcase: {
    required: ["name"],
    optional: ["time", "classname", "group"],
    children: ["skipped", "error", "failure", "system-out", "system-err"],
  },
  failure: { required: [], optional: ["type", "message"], children: [] },
  error: { required: [], optional: ["type", "message"], children: [] },
  skipped: { required: [], optional: ["type", "message"], children: [] },
  "system-out": { required: [], optional: [], children: [] },
  "system-err": { required: [], optional: [], children: [] },
};

/** What a JUnit document breaks of the schema; empty where it is valid. */
export function junitFaults(element: Element): readonly string[] {
  const rule = RULES[element.name];
  if (rule === undefined) return [`<${element.name}> is not in the schema`];
  const { attributes, children, name } = element;
  const time = attributes.time;
  return [
    ...rule.required.filter((key) => !(key in attributes)).map((key) => `<${name}> lacks ${key}`),
    ...Object.keys(attributes)
      .filter((key) => ![...rule.required, ...rule.optional].includes(key))
      .map((key) => `<${name}> has ${key}`),
    ...children
      .filter((child) => !rule.children.includes(child.name))
      .map((child) => `<${name}> holds <${child.name}>`),
    ...(time !== undefined && name !== "testcase" && !/^\d*(\.\d*)?$/.test(time)
      ? [`<${name}> has the time ${time}`]
      : []),
    ...children.flatMap(junitFaults),
  ];
}
