const pure = "^src/(model|net|read|policy|path|checks|diagnose|report)/";
export default {
  forbidden: [
    {
      name: "pure-means-no-node",
      severity: "error",
      comment: "Meaning lives in pure code. Move the I/O to collect, bundle or cli.",
      from: { path: pure },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "pure-means-few-packages",
      severity: "error",
      comment:
        "Pure layers: ipaddr.js, js-yaml, valibot, string-width; reporters also cli-table3. More needs a decision record.",
      from: { path: pure },
      to: {
        dependencyTypes: ["npm"],
        dependencyTypesNot: ["type-only"],
        pathNot: "node_modules/(ipaddr[.]js|cli-table3|js-yaml|valibot|string-width)/",
      },
    },
    {
      name: "model-stands-alone",
      severity: "error",
      comment: "model is the vocabulary; it knows nobody.",
      from: { path: "^src/model/" },
      to: { path: "^src/", pathNot: "^src/model/" },
    },
    {
      name: "checks-see-facts-only",
      severity: "error",
      comment: "A check reads facts. It never parses, collects, prints, or calls another check.",
      from: { path: "^src/checks/.+/" },
      to: { path: "^src/", pathNot: "^src/(model|net|policy|path)/" },
    },
    {
      name: "diagnose-sees-findings-and-facts",
      severity: "error",
      comment: "Diagnosis folds findings; it neither reads nor collects.",
      from: { path: "^src/diagnose/" },
      to: { path: "^src/", pathNot: "^src/(model|net|policy|path|diagnose)/" },
    },
    {
      name: "collect-knows-model-only",
      severity: "error",
      comment: "A collector fetches bytes. Reading them belongs in src/read.",
      from: { path: "^src/(collect|bundle)/" },
      to: { path: "^src/", pathNot: ["^src/model/", "^src/$1/"] },
    },
    {
      name: "report-knows-model-only",
      severity: "error",
      comment: "A reporter turns a Report into text. If it needs a fact, put it in the finding's params.",
      from: { path: "^src/report/" },
      to: { path: "^src/", pathNot: "^src/(model|report)/" },
    },
    {
      name: "commands-stay-thin",
      severity: "error",
      comment: "A command parses flags and calls one engine function.",
      from: { path: "^src/commands/" },
      to: { path: "^src/", pathNot: "^src/(cli|engine|model|commands)/" },
    },
    {
      name: "cluster-client-at-the-edge",
      severity: "error",
      comment: "Only collectors talk to the API server or start processes.",
      from: { pathNot: "^src/collect/" },
      to: { path: "node_modules/(@kubernetes/client-node|execa|undici)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "nobody-imports-upwards",
      severity: "error",
      comment: "Lower layers do not know who uses them.",
      from: { path: "^src/(net|read|policy|path)/" },
      to: { path: "^src/(checks|diagnose|collect|bundle|report|engine|cli|commands)/" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "src-never-sees-test", severity: "error", from: { path: "^(src|bin)/" }, to: { path: "^test/" } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
