import { describe, expect, test } from "vitest";
import { bannedWords, findingIds } from "./findings.ts";
import { type Sample, samples } from "./sample-params.ts";

/** What a finding may start with beside a small letter: a number, an identifier, or a word of Kubernetes with its capital. */
const START =
  /^(?:[a-z0-9`]|(?:Pods?|Nodes?|Services?|IPPools?|ServiceCIDRs?|ConfigMaps?|Deployments?|DaemonSets?|NetworkPolic(?:y|ies))\b)/;
/** Kinds that Kubernetes writes with capitals, written without. */
const SMALL_KINDS =
  /\b(?:pods?|nodes?|services?|endpointslices?|configmaps?|daemonsets?|networkpolic(?:y|ies)|namespaces? \w+\/|coredns|Coredns|kubelets? config)\b/;
const UNMADE = /undefined|null\b|NaN|\[object|\$\{|, ,|\(\)|``/;

/** Text without what is quoted from the cluster: code spans, names with slashes, names with hyphens. */
const identifiersOut = (text: string): string =>
  text.replace(/`[^`]*`/g, "`…`").replace(/\b[\w.-]+\/[\w./-]+|\b\w+(?:-\w+)+\b/g, "…");
const offending = (part: (sample: Sample) => string, isOffending: (text: string) => boolean): readonly string[] =>
  samples.filter((sample) => isOffending(part(sample))).map((sample) => `${sample.id}: ${part(sample)}`);

const what = ({ what: text }: Sample): string => text;
const why = ({ why: text }: Sample): string => text;

describe("the words of findings", () => {
  test("every finding has sample parameters", () => {
    const sampled = new Set(samples.map(({ id }) => id));
    expect([...findingIds].filter((id) => !sampled.has(id))).toEqual([]);
    expect([...sampled].filter((id) => !findingIds.has(id))).toEqual([]);
  });

  test("what starts with a small letter", () => {
    expect(offending(what, (text) => !START.test(text))).toEqual([]);
  });

  test("what is one line without a full stop at its end", () => {
    expect(offending(what, (text) => text.trim() !== text || /[.:;,]$|\n/.test(text))).toEqual([]);
  });

  test("why is full sentences", () => {
    expect(offending(why, (text) => !/^(?:[A-Z`]|kube-proxy\b)[^\n]*\.$/.test(text))).toEqual([]);
  });

  test.each([
    ["what", what],
    ["why", why],
  ])("%s holds no banned word", (_name, part) => {
    expect(offending(part, (text) => bannedWords.test(identifiersOut(text)))).toEqual([]);
  });

  test.each([
    ["what", what],
    ["why", why],
  ])("%s writes the kinds of Kubernetes as Kubernetes does", (_name, part) => {
    expect(offending(part, (text) => SMALL_KINDS.test(identifiersOut(text)))).toEqual([]);
  });

  test.each([
    ["what", what],
    ["why", why],
  ])("%s leaves nothing unfilled, whatever the parameters", (_name, part) => {
    expect(offending(part, (text) => UNMADE.test(text))).toEqual([]);
  });
});

describe("the next steps of findings", () => {
  test("every finding has one", () => {
    expect(samples.filter(({ next }) => next.length === 0).map(({ id }) => id)).toEqual([]);
  });

  test("no command has an empty word", () => {
    const empty = samples.flatMap(({ id, next }) =>
      next
        .filter(({ run }) => run.length === 0 || run.some((word) => word === ""))
        .map(({ run }) => `${id}: ${run.join(" ")}`),
    );
    expect(empty).toEqual([]);
  });

  test("what only reads comes before what changes something", () => {
    const wrong = samples.filter(({ next }) => {
      const firstChange = next.findIndex(({ effect }) => effect === "changes");
      return (
        firstChange === 0 || (firstChange !== -1 && next.slice(firstChange).some(({ effect }) => effect === "reads"))
      );
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  test("a kubectl command about an object in a namespace says which", () => {
    const unplaced = samples
      .filter(({ subject }) => subject.namespace !== "")
      .flatMap(({ id, next }) =>
        next
          .filter(({ run }) => run[0] === "kubectl" && !run.includes("-n") && !run.includes("-A"))
          .map(({ run }) => `${id}: ${run.join(" ")}`),
      );
    expect(unplaced).toEqual([]);
  });
});
