import { known, type Learned, unknown } from "../../model/learned.ts";

const ROOT = "/proc/sys/";

/**
 * Lines "/proc/sys/net/ipv4/ip_forward:1" → "net.ipv4.ip_forward" → "1". A dot in a file name becomes "/", as sysctl(8) does:
 * "net.ipv4.conf.eth0/100.rp_filter". A value of several lines is joined with line feeds. Never throws.
 */
export function parseSysctls(text: string): Learned<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    // Device names hold no colon (kernel, dev_valid_name), so the first one ends the path.
    const colon = line.indexOf(":");
    if (!line.startsWith(ROOT) || colon <= ROOT.length) {
      return unknown("unparsable", `line ${index + 1}: expected "/proc/sys/…:VALUE"`);
    }
    const key = sysctlName(line.slice(ROOT.length, colon));
    const before = values.get(key);
    const value = line.slice(colon + 1).trim();
    values.set(key, before === undefined ? value : `${before}\n${value}`);
  }
  return values.size === 0 ? unknown("unparsable", "no sysctl in it") : known(values);
}

/** "net/ipv4/conf/eth0.100/rp_filter" → "net.ipv4.conf.eth0/100.rp_filter" */
export function sysctlName(path: string): string {
  return path
    .split("/")
    .map((part) => part.replaceAll(".", "/"))
    .join(".");
}
