import type { Report } from "../model/report.ts";
import { visible } from "./sanitize.ts";

/** One line a finding, like kubectl -o name: "service/shop/cart service-without-ready-endpoints", "node/node3 vxlan-port-blocked". */
export function renderName(report: Report): string {
  return report.findings
    .map(({ id, subject: { kind, namespace, name } }) => {
      const path = [kind.toLowerCase(), namespace, name].filter((part) => part !== "").join("/");
      return `${visible(path).replaceAll(" ", "\\u{20}")} ${visible(id)}\n`;
    })
    .join("");
}
