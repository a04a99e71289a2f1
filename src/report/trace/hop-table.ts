import type { TraceHop, TraceWay } from "../../model/trace.ts";
import { columns } from "../columns.ts";
import { type Line, layoutWidth, penFor, type Terminal } from "../screen.ts";
import { type Detail, glyph } from "../wording.ts";

const INDENT = 2;

/** A way as a table, one row a hop; the way back where it is another one, or all of it is asked for. */
export function hopTable(way: TraceWay, terminal: Terminal, detail: Detail): readonly Line[] {
  const pen = penFor(terminal);
  const width = layoutWidth(terminal);
  const back = way.mirrored && detail === "brief" ? [] : way.back;
  const rows = [
    ...way.there.map((hop, index) => row(hop, String(index + 1))),
    ...back.map((hop, index) => row(hop, `r${index + 1}`)),
  ];
  return columns({ header: ["#", "WHERE", "DEVICE", "WHAT HAPPENS", ""], rows, width, indent: INDENT }, pen);

  function row({ place, devices, actions, verdict }: TraceHop, number: string): readonly string[] {
    const told = detail === "full" ? actions : actions.flatMap(inBrief);
    const where =
      detail === "full" ? place : place.replace(/^Pod .*/, "Pod").replace(" to ", terminal.unicode ? "→" : "->");
    const link = terminal.unicode ? " ↔ " : " <-> ";
    const mark = glyph(verdict === "passes" ? "good" : verdict === "stops" ? "error" : "unknown", terminal);
    return [
      number,
      where,
      devices.join(link),
      told.length === 0 && actions.length > 0 ? "arrives" : told.join("; "),
      mark,
    ];
  }
}

/** What the place and the device of the row already say is left out. */
function inBrief(action: string): readonly string[] {
  if (/^from Node /.test(action)) return ["on the network between the Nodes"];
  return /^(forwards|delivers) /.test(action) ? [] : [action.replace(/^(route .*) dev \S+( table \S+)?$/, "$1$2")];
}
