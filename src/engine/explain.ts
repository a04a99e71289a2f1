import { known, type Learned, unknown } from "../model/learned.ts";
import { nearestWord } from "../net/edit-distance.ts";
import { pages } from "./pages.ts";

/** The page of a finding, or the list of all with their first lines; unknown with the nearest id for one that does not exist. */
export function explain(id: string | undefined): Learned<string> {
  const ids = Object.keys(pages).sort();
  if (id === undefined) return known(ids.join("\n"));
  const page = Object.hasOwn(pages, id) ? pages[id] : undefined;
  if (page !== undefined) return known(page);
  const near = nearestWord(id, ids);
  return unknown("not-collected", `no finding is called \`${id}\`${near === null ? "" : `; did you mean \`${near}\``}`);
}
