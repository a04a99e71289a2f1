import { asObjects, asString, asStrings, at, type JsonObject } from "../json-value.ts";
import { nameOf, namespaceOf } from "./object-list.ts";

/** One option of a cluster component as somebody started it: a flag, or an environment variable ("$NAME"). */
export interface ComponentSetting {
  /** "kube-apiserver", "kube-controller-manager", "k3s" … */
  readonly component: string;
  /** "--cluster-cidr" or "$IPALLOC_RANGE" */
  readonly option: string;
  readonly value: string;
  /** "Pod kube-system/kube-apiserver-cp1" */
  readonly from: string;
  readonly capture: string;
}

/** A Pod elsewhere may run an API server of its own (vcluster); only those of kube-system are this cluster's. */
const NAMESPACE = "kube-system";
const COMPONENTS: ReadonlyMap<string, string> = new Map([
  ["kube-apiserver", "kube-apiserver"],
  ["kube-controller-manager", "kube-controller-manager"],
  ["cloud-controller-manager", "cloud-controller-manager"],
  ["kube-proxy", "kube-proxy"],
  ["kube-router", "kube-router"],
  ["weave", "weave"],
  ["weave-net", "weave"],
]);

/** Settings of the components among these objects: Pods, or workloads with a Pod template. Not-shaped items give none. */
export function readComponentSettings(
  kind: "Pod" | "DaemonSet",
  items: readonly unknown[],
): readonly ComponentSetting[] {
  return asObjects(items).flatMap((item) => {
    const name = nameOf(item);
    if (name === null || namespaceOf(item) !== NAMESPACE) return [];
    const template = kind === "Pod" ? item.spec : at(item, "spec", "template", "spec");
    const from = `${kind} ${NAMESPACE}/${name}`;
    const capture = kind === "Pod" ? "api/pods" : "api/daemonsets";
    return asObjects(at(template, "containers")).flatMap((container) => settingsOf(container, { from, capture }));
  });
}

function settingsOf(
  container: JsonObject,
  place: Pick<ComponentSetting, "from" | "capture">,
): readonly ComponentSetting[] {
  const words = [...asStrings(container.command), ...asStrings(container.args)].flatMap(shellWords);
  const component = componentOf([asString(container.name), ...words.filter((word) => !word.startsWith("-"))]);
  if (component === null) return [];
  const env = asObjects(container.env).map((entry) => ({
    option: `$${asString(entry.name)}`,
    value: asString(entry.value),
  }));
  return [...parseFlags(words), ...env].map((setting) => ({ component, ...setting, ...place }));
}

function componentOf(words: readonly string[]): string | null {
  for (const word of words) {
    const component = COMPONENTS.get(word.slice(word.lastIndexOf("/") + 1));
    if (component !== undefined) return component;
  }
  return null;
}

/** `/bin/sh -c "kube-apiserver --a=b"` has its words in one argument. */
function shellWords(argument: string): readonly string[] {
  return argument.split(/\s+/).filter((word) => word !== "");
}

/** "--name=value" and "--name value"; a flag without a value is "true". Quotes around a value are taken off. */
export function parseFlags(words: readonly string[]): readonly { readonly option: string; readonly value: string }[] {
  return words.flatMap((word, index) => {
    if (!/^--?[a-z]/.test(word)) return [];
    const option = word.startsWith("--") ? word : `-${word}`;
    const equals = option.indexOf("=");
    if (equals > 0) return [{ option: option.slice(0, equals), value: unquoted(option.slice(equals + 1)) }];
    const next = words[index + 1];
    return [{ option, value: next === undefined || next.startsWith("-") ? "true" : unquoted(next) }];
  });
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
