import type { PolicyEnforcement } from "../../model/policy-report.ts";
import { type Line, layoutWidth, penFor, type Terminal } from "../screen.ts";
import { glyph, styleOf } from "../wording.ts";
import { labelled } from "../wrap.ts";

const WORDS: Readonly<Record<PolicyEnforcement["enforces"], string>> = {
  yes: "policies are enforced",
  no: "policies are not enforced",
  unknown: "enforcement unknown",
};

/** "calico", "policies are enforced" */
export function enforcementWords({ cni, enforces }: PolicyEnforcement): readonly string[] {
  return [cni === "unknown" ? "CNI unknown" : cni, WORDS[enforces]];
}

/** A warning where what the policies say is not what happens, or may not be; nothing where it is. */
export function enforcementLine({ enforces }: PolicyEnforcement, terminal: Terminal): readonly Line[] {
  if (enforces === "yes") return [];
  const pen = penFor(terminal);
  const text =
    enforces === "no"
      ? "Nothing in this cluster enforces NetworkPolicy: packets pass, whatever the policies say."
      : "Whether anything in this cluster enforces NetworkPolicy is not known; this is what the policies say.";
  const label = pen(glyph("warning", terminal), styleOf("warning"));
  return labelled({ indent: 2, label, labelWidth: 2, width: layoutWidth(terminal) }, text, pen);
}
