import { expect, test } from "vitest";
import { deletion } from "../../src/net/iptables-words.ts";

test("a rule is deleted by what it says, its quoted words as one", () => {
  const rule = '-s 10.0.0.0/8 -m comment --comment "the \\"old\\" proxy" -j DROP';
  expect(deletion("filter", "FORWARD", rule)).toEqual([
    ...["-t", "filter", "-D", "FORWARD"],
    ...["-s", "10.0.0.0/8", "-m", "comment", "--comment", 'the "old" proxy', "-j", "DROP"],
  ]);
});

test("a rule whose quote does not close is not", () => {
  expect(deletion("filter", "FORWARD", '-m comment --comment "a')).toBeNull();
});
