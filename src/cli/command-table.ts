import Check from "../commands/check.ts";
import Cidr from "../commands/cidr.ts";
import Cleanup from "../commands/cleanup.ts";
import Cni from "../commands/cni.ts";
import Collect from "../commands/collect.ts";
import Dns from "../commands/dns.ts";
import Explain from "../commands/explain.ts";
import Rbac from "../commands/rbac.ts";
import Version from "../commands/version.ts";

/** Every command by its id; oclif reads it in the place of a folder. */
export const commands = {
  check: Check,
  cidr: Cidr,
  cni: Cni,
  dns: Dns,
  collect: Collect,
  explain: Explain,
  cleanup: Cleanup,
  rbac: Rbac,
  version: Version,
} as const;
