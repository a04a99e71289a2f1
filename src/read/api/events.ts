import type { Event } from "../../model/kubernetes.ts";
import { asNumber, asString, at, type JsonObject } from "../json-value.ts";
import { namespaceOf } from "./object-list.ts";
import { readObjectRef } from "./object-ref.ts";

/** v1 or events.k8s.io/v1 Event, whose fields have different names for the same things. Null without an object it is about. */
export function readEvent(item: JsonObject): Event | null {
  const namespace = namespaceOf(item);
  const about = readObjectRef(item.involvedObject ?? item.regarding, "");
  if (about === null) return null;
  return {
    namespace,
    type: item.type === "Warning" ? "Warning" : "Normal",
    reason: asString(item.reason),
    message: asString(item.message) || asString(item.note),
    about,
    count: asNumber(at(item, "series", "count")) ?? asNumber(item.count) ?? asNumber(item.deprecatedCount) ?? 1,
    lastSeen: lastSeenOf(item),
  };
}

function lastSeenOf(item: JsonObject): string {
  const times = [
    at(item, "series", "lastObservedTime"),
    item.lastTimestamp,
    item.deprecatedLastTimestamp,
    item.eventTime,
    at(item, "metadata", "creationTimestamp"),
  ];
  return times.map((time) => asString(time)).find((time) => time !== "") ?? "";
}
