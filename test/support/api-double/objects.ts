/** A metav1.Status as the API server writes it. */
export function status(code: number, reason: string, message: string, more: object = {}): object {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code, ...more };
}

/** `limit` and `continue` as the API server serves them; the token is the index of the next object. */
export function pageOf(objects: readonly unknown[], query: URLSearchParams): object {
  const start = Number(query.get("continue") ?? 0);
  const limit = Number(query.get("limit") ?? objects.length) || objects.length;
  const end = Math.min(objects.length, start + limit);
  return {
    kind: "List",
    apiVersion: "v1",
    metadata: { resourceVersion: "1", ...(end < objects.length ? { continue: String(end) } : {}) },
    items: objects.slice(start, end),
  };
}

/** So many objects with names in order: "pod-0", "pod-1" … */
export function numbered(prefix: string, count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({ metadata: { name: `${prefix}-${index}`, namespace: "shop" } }));
}
