import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Nothing here changes a module's state, so files share one; and both cores work.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});
