import * as Parser from "@oclif/core/parser";
import { expect, test } from "vitest";
import { endingOf } from "../../src/cli/errors.ts";
import { kubeFlags } from "../../src/cli/flags.ts";

test.each([
  ["--contxt", "unknown flag `--contxt`; did you mean --context?"],
  ["--tokn=hush-hush", "unknown flag `--tokn`; did you mean --token?"],
  ["--insecure-skip-tls-verfy", "unknown flag `--insecure-skip-tls-verfy`; did you mean --insecure-skip-tls-verify?"],
  ["--xyzzy", "unknown flag `--xyzzy`"],
  ["-z", "unknown flag `-z`"],
])("%s ends with 2, one line and the flag that was meant", async (word, expected) => {
  const error: unknown = await Parser.parse([word], { flags: kubeFlags, strict: true }).catch(
    (cause: unknown) => cause,
  );
  const ending = endingOf(error, { version: "0.1.0", verbose: false });
  expect(ending).toEqual({ exitCode: 2, lines: [`error: ${expected}`, "See --help."] });
});
