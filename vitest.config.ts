import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The forms in which the program ships have to be built first: `npm run test:executable`.
    exclude: [
      ...configDefaults.exclude,
      ...(process.env.NETDOCTOR_EXECUTABLES === undefined ? ["test/executable/**", "test/krew/install.test.ts"] : []),
    ],
    // Nothing here changes a module's state, so files share one; and both cores work.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});
