/** `iptables-save -c` of one back end and family. */
export interface IptablesRuleset {
  readonly family: "IPv4" | "IPv6";
  readonly backend: "nft" | "legacy" | "unknown";
  /** The capture it was read from. */
  readonly capture: string;
  readonly tables: ReadonlyMap<string, IptablesTable>;
  /** Tables that exist but that iptables-save could not print ("incompatible, use 'nft' tool"): what they do is unknown. */
  readonly unreadable?: readonly string[];
}
export interface IptablesTable {
  readonly name: string;
  readonly chains: ReadonlyMap<string, IptablesChain>;
}
export interface IptablesChain {
  readonly name: string;
  /** ACCEPT or DROP for a built-in chain; null for a user chain. */
  readonly policy: string | null;
  readonly packets: number | null;
  readonly rules: readonly IptablesRule[];
}
export interface IptablesRule {
  /** 1-based, as `iptables -L --line-numbers` counts. */
  readonly number: number;
  /** The rule without "-A CHAIN", verbatim. */
  readonly text: string;
  readonly packets: number | null;
  readonly bytes: number | null;
  readonly matches: readonly IptablesMatch[];
  readonly target: string | null;
  readonly goto: boolean;
  /** The target's own options, flag → values: "--to-destination" → ["10.0.0.1:53"]. */
  readonly targetOptions: ReadonlyMap<string, readonly string[]>;
}
/**
 * One match of a rule. `module` "" = built in; its options are always the short ones (-s -d -i -o -p -f). Values are the words as
 * printed, unquoted. `option` "" = the module stands there without options (`-m socket`); a bare `-m tcp` is left out, `-p` says it.
 */
export interface IptablesMatch {
  readonly module: string;
  readonly option: string;
  readonly inverted: boolean;
  readonly values: readonly string[];
}

/** `nft -j list ruleset`, without the tables that iptables-nft owns. Expressions are kept as the JSON says (libnftables-json(5)). */
export interface NftRuleset {
  readonly tables: readonly NftTable[];
}
export interface NftTable {
  readonly family: string;
  readonly name: string;
  readonly chains: readonly NftChain[];
  readonly sets: ReadonlyMap<string, NftSet>;
}
export interface NftChain {
  readonly name: string;
  readonly hook: string | null;
  readonly priority: number | null;
  readonly type: string | null;
  readonly policy: string | null;
  readonly rules: readonly NftRule[];
}
export interface NftRule {
  readonly handle: number;
  readonly expressions: readonly unknown[];
  readonly comment: string;
  readonly packets: number | null;
}
export interface NftSet {
  readonly name: string;
  readonly kind: "set" | "map";
  readonly elements: readonly unknown[];
}
export interface Ipset {
  readonly type: string;
  readonly members: readonly string[];
}
