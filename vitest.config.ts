import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "test/{read,path,checks,golden,properties,house,unit,collect,report,bundle,cli,diagnose,net,engine}/**/*.test.ts",
    ],
    testTimeout: 20_000,
  },
});
