import Check from "../commands/check.ts";
import Cidr from "../commands/cidr.ts";
import Cleanup from "../commands/cleanup.ts";
import Cni from "../commands/cni.ts";
import Collect from "../commands/collect.ts";
import CompletionInstall from "../commands/completion/install.ts";
import CompletionPrint from "../commands/completion/print.ts";
import Dns from "../commands/dns.ts";
import Explain from "../commands/explain.ts";
import Options from "../commands/options.ts";
import Policy from "../commands/policy.ts";
import Rbac from "../commands/rbac.ts";
import Trace from "../commands/trace.ts";
import Version from "../commands/version.ts";

/** Every command by its id; a colon stands between the words of one that has two. */
export const commands = {
  check: Check,
  trace: Trace,
  cidr: Cidr,
  cni: Cni,
  dns: Dns,
  policy: Policy,
  collect: Collect,
  explain: Explain,
  cleanup: Cleanup,
  rbac: Rbac,
  "completion:install": CompletionInstall,
  "completion:print": CompletionPrint,
  options: Options,
  version: Version,
} as const;
