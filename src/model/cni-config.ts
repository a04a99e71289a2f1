import type { Learned } from "./learned.ts";

/** One file of the CNI configuration directory, in the order the runtime reads them (lexically by name). */
export interface CniConfigFile {
  readonly file: string;
  readonly size: number;
  readonly config: Learned<CniConfig>;
}
/** A network configuration list (CNI spec 1.1.0, section 1); a single-plugin .conf is a list of one. */
export interface CniConfig {
  readonly name: string;
  readonly cniVersion: string;
  readonly disableCheck: boolean;
  readonly plugins: readonly CniPlugin[];
}
export interface CniPlugin {
  readonly type: string;
  readonly ipamType: string | null;
  /** Subnets that the file itself names for its IPAM. */
  readonly subnets: readonly string[];
  readonly bridge: string | null;
  readonly mtuBytes: number | null;
  readonly hairpinMode: boolean | null;
  /** Types of plugins that this one calls in turn (flannel's, multus's delegate), where the file names them. */
  readonly delegates: readonly string[];
}
