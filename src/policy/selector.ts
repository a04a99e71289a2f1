import type { Labels } from "../model/kubernetes.ts";
import type { LabelSelector, SelectorTerm } from "../model/network-policy.ts";
import { allOf, type Truth, truthOf } from "./truth.ts";

/** Labels of a Pod or Namespace. Not `complete`: it may have others, as for an object that was not listed. */
export interface KnownLabels {
  readonly labels: Labels;
  readonly complete: boolean;
}

/** Whether the selector matches (metav1.LabelSelector: all terms; no term matches everything). */
export function matches(selector: LabelSelector, known: KnownLabels): Truth {
  if (selector.unread !== null) return "unknown";
  return allOf(selector.terms.map((term) => holds(term, known)));
}

/** apimachinery/pkg/labels Requirement.Matches: NotIn and DoesNotExist hold where the key is missing. */
function holds({ key, operator, values }: SelectorTerm, { labels, complete }: KnownLabels): Truth {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (value === undefined && !complete) return "unknown";
  switch (operator) {
    case "In":
      return truthOf(value !== undefined && values.includes(value));
    case "NotIn":
      return truthOf(value === undefined || !values.includes(value));
    case "Exists":
      return truthOf(value !== undefined);
    case "DoesNotExist":
      return truthOf(value === undefined);
  }
}

/** Everything matches it. */
export const selectsAll = (selector: LabelSelector): boolean => selector.unread === null && selector.terms.length === 0;

/** As kubectl's --selector takes it: "app=web,tier in (a,b),!canary"; "" for everything. */
export function selectorText({ terms, unread }: LabelSelector): string {
  return unread === null ? terms.map(termText).join(",") : `unreadable: ${unread}`;
}

function termText({ key, operator, values }: SelectorTerm): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(",")})`;
    case "NotIn":
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
  }
}
