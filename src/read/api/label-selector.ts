import type { LabelSelector, SelectorTerm } from "../../model/network-policy.ts";
import { type JsonObject, objectOrNull } from "../json-value.ts";

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"] as const;

/** metav1.LabelSelector. Null and missing are the empty selector, as the API server decodes them; it refuses what is `unread` here. */
export function readLabelSelector(value: unknown): LabelSelector {
  if (value === undefined || value === null) return { terms: [], unread: null };
  const selector = objectOrNull(value);
  if (selector === null) return unread("the selector is not an object");
  const labels = matchLabels(selector.matchLabels);
  const expressions = matchExpressions(selector.matchExpressions);
  if (typeof labels === "string") return unread(labels);
  if (typeof expressions === "string") return unread(expressions);
  return { terms: [...labels, ...expressions], unread: null };
}

const unread = (why: string): LabelSelector => ({ terms: [], unread: why });

function matchLabels(value: unknown): readonly SelectorTerm[] | string {
  if (value === undefined || value === null) return [];
  const labels = objectOrNull(value);
  if (labels === null) return "matchLabels is not an object";
  const terms: SelectorTerm[] = [];
  for (const [key, label] of Object.entries(labels)) {
    if (typeof label !== "string") return `the label ${key} is not a string`;
    terms.push({ key, operator: "In", values: [label] });
  }
  return terms;
}

function matchExpressions(value: unknown): readonly SelectorTerm[] | string {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return "matchExpressions is not a list";
  const terms: SelectorTerm[] = [];
  for (const entry of value) {
    const expression = objectOrNull(entry);
    const term = expression === null ? "an expression is not an object" : readExpression(expression);
    if (typeof term === "string") return term;
    terms.push(term);
  }
  return terms;
}

/** In and NotIn have values, Exists and DoesNotExist have none (apimachinery/pkg/apis/meta/v1/validation). */
function readExpression({ key, operator, values }: JsonObject): SelectorTerm | string {
  const name = OPERATORS.find((word) => word === operator);
  if (typeof key !== "string" || key === "") return "an expression has no key";
  if (name === undefined) return `the operator for ${key} is none of ${OPERATORS.join(", ")}`;
  const list: readonly unknown[] = Array.isArray(values) ? values : [];
  const texts = list.filter((entry) => typeof entry === "string");
  const takesValues = name === "In" || name === "NotIn";
  if (texts.length !== list.length || list.length > 0 !== takesValues || (values !== null && !isListOrMissing(values)))
    return `the values for ${key} do not fit ${name}`;
  return { key, operator: name, values: texts };
}

const isListOrMissing = (value: unknown): boolean => value === undefined || Array.isArray(value);
