/** What of the schema of SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json) our documents use, closed against misspelt properties. */
const message = object({ text: { type: "string", minLength: 1 } }, ["text"]);
const level = { enum: ["none", "note", "warning", "error"] };
const uriReference = { type: "string", pattern: "^[A-Za-z0-9%._~!$&'()*+,;=:@/-]+$" };

function object(properties: object, required: readonly string[] = []): object {
  return { type: "object", properties, required, additionalProperties: false };
}
const list = (items: object, minItems = 0): object => ({ type: "array", items, minItems });

const rule = object(
  {
    id: { type: "string" },
    name: { type: "string" },
    shortDescription: message,
    fullDescription: message,
    help: message,
    defaultConfiguration: object({ level }),
  },
  ["id"],
);
const location = object({
  physicalLocation: object({ artifactLocation: object({ uri: uriReference }) }, ["artifactLocation"]),
  logicalLocations: list(
    object({ name: { type: "string" }, fullyQualifiedName: { type: "string" }, kind: { type: "string" } }),
  ),
});
const result = object(
  {
    ruleId: { type: "string" },
    ruleIndex: { type: "integer", minimum: -1 },
    level,
    message,
    locations: list(location),
    partialFingerprints: { type: "object", additionalProperties: { type: "string" } },
    baselineState: { enum: ["new", "unchanged", "updated", "absent"] },
    properties: { type: "object" },
  },
  ["message"],
);
const invocation = object(
  {
    executionSuccessful: { type: "boolean" },
    startTimeUtc: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$" },
    toolExecutionNotifications: list(object({ level, message }, ["message"])),
  },
  ["executionSuccessful"],
);
const run = object(
  {
    tool: object(
      {
        driver: object({ name: { type: "string" }, version: { type: "string" }, rules: list(rule) }, ["name"]),
      },
      ["driver"],
    ),
    automationDetails: object({ id: { type: "string" } }),
    invocations: list(invocation),
    columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
    results: list(result),
  },
  ["tool"],
);

export const sarifSchema = object({ version: { const: "2.1.0" }, runs: list(run, 1) }, ["version", "runs"]);
