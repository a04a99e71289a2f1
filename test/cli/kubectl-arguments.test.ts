import { expect, test } from "vitest";
import { kubectlArguments, verbosityOf } from "../../src/cli/kubectl-arguments.ts";

test.each([
  ["check -v", "check --verbose=1", 1],
  ["check -v 6", "check --verbose=6", 6],
  ["check -v6 --quiet", "check --verbose=6 --quiet", 6],
  ["check -v=8", "check --verbose=8", 8],
  ["check --v=6", "check --verbose=6", 6],
  ["check --v 6", "check --verbose=6", 6],
  ["trace -v shop/a shop/b", "trace --verbose=1 shop/a shop/b", 1],
  ["check", "check", 0],
])("%s has a level of -v", (given, expected, level) => {
  expect(kubectlArguments(given.split(" "))).toEqual(expected.split(" "));
  expect(verbosityOf(given.split(" "))).toBe(level);
});

test.each([
  ["check --insecure-skip-tls-verify=true", "check --insecure-skip-tls-verify"],
  ["check --disable-compression=false --quiet=T", "check --quiet"],
  ["check --token=true --quiet=maybe", "check --token=true --quiet=maybe"],
])("%s: a switch may have a truth value", (given, expected) => {
  expect(kubectlArguments(given.split(" "))).toEqual(expected.split(" "));
});

test.each([
  ["-n shop check --quiet", "check --quiet -n shop"],
  ["--context=prod --as ada -v 6 check", "check --context=prod --as ada --verbose=6"],
  ["--insecure-skip-tls-verify trace a b -- c", "trace a b --insecure-skip-tls-verify -- c"],
  ["--help", "--help"],
  ["--context prod", "--context prod"],
  ["__complete check -v", "__complete check -v"],
])("%s: flags may stand before the command", (given, expected) => {
  expect(kubectlArguments(given.split(" "))).toEqual(expected.split(" "));
});

test("what stands after -- is left alone", () => {
  expect(kubectlArguments(["trace", "--", "-v", "6"])).toEqual(["trace", "--", "-v", "6"]);
});
