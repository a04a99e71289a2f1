import { isArray, isObject, onlyMember, textOf } from "./json.ts";

/** A rule's expressions much as `nft list` prints them, so that a person finds the rule again. */
export function ruleText(expressions: readonly unknown[]): string {
  return expressions
    .map(statementText)
    .filter((text) => text !== "")
    .join(" ");
}

function statementText(statement: unknown): string {
  const member = onlyMember(statement);
  if (member === null) return valueText(statement);
  const [name, body] = member;
  switch (name) {
    case "counter":
      return "";
    case "match": {
      if (!isObject(body)) return name;
      const op = body.op === "==" || body.op === "in" ? "" : `${textOf(body.op)} `;
      return `${valueText(body.left)} ${op}${valueText(body.right)}`;
    }
    case "jump":
    case "goto":
      return `${name} ${isObject(body) ? textOf(body.target) : ""}`;
    case "vmap":
      return isObject(body) ? `${valueText(body.key)} vmap ${valueText(body.data)}` : name;
    case "mangle":
      return isObject(body) ? `${valueText(body.key)} set ${valueText(body.value)}` : name;
    case "dnat":
    case "snat":
      return isObject(body) ? `${name} to ${valueText(body.addr)}${portText(body.port)}` : name;
    default:
      return body === null || !isObject(body) ? name : `${name} ${membersText(body)}`.trim();
  }
}

function portText(port: unknown): string {
  return port === undefined ? "" : `:${valueText(port)}`;
}

function membersText(body: Readonly<Record<string, unknown>>): string {
  return Object.entries(body)
    .map(([key, value]) => `${key} ${valueText(value)}`)
    .join(" ");
}

// Captured JSON may be nested without end.
const DEEPEST = 8;

function valueText(value: unknown, depth = 0): string {
  if (depth > DEEPEST) return "…";
  if (isArray(value)) return listText(value, ",", depth);
  const member = onlyMember(value);
  if (member === null) return isObject(value) ? "{…}" : String(value);
  const [name, body] = member;
  if (isArray(body)) {
    const between = BETWEEN.get(name) ?? ` ${name} `;
    return name === "set" ? `{ ${listText(body, between, depth)} }` : listText(body, between, depth);
  }
  if (isObject(body)) return memberText(name, body, depth);
  return body === null ? name : `${name} ${valueText(body, depth + 1)}`;
}

const BETWEEN = new Map([
  ["set", ", "],
  ["concat", " . "],
  ["range", "-"],
]);

function listText(values: readonly unknown[], between: string, depth: number): string {
  return values.map((one) => valueText(one, depth + 1)).join(between);
}

function memberText(name: string, body: Readonly<Record<string, unknown>>, depth: number): string {
  switch (name) {
    case "prefix":
      return `${textOf(body.addr)}/${textOf(body.len)}`;
    case "meta":
      return metaText(textOf(body.key));
    case "payload":
      return `${textOf(body.protocol)} ${textOf(body.field)}`;
    case "ct":
      return `ct ${textOf(body.key)}`;
    case "fib":
      return `fib ${valueText(body.flags, depth + 1)} ${textOf(body.result)}`;
    case "elem":
      return valueText(body.val, depth + 1);
    default:
      return `${name} …`;
  }
}

/** nft prints `iifname`, not `meta iifname`, for these keys. */
function metaText(key: string): string {
  return ["iifname", "oifname", "iif", "oif", "iiftype", "oiftype"].includes(key) ? key : `meta ${key}`;
}
