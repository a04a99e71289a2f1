import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generated } from "../../scripts/generate.ts";

const root = join(import.meta.dirname, "../..");

describe("generated files", () => {
  test.each(generated)("$file is what npm run generate makes", ({ file, make }) => {
    const isCurrent = readFileSync(join(root, file), "utf8") === make();
    expect(isCurrent, `${file} is stale: npm run generate`).toBe(true);
  });
});
