import type { Captures } from "../../model/capture.ts";
import { known, type Learned, unknown } from "../../model/learned.ts";
import { asString, at, parseJson } from "../json-value.ts";

/** The server's gitVersion, "v1.33.2+k3s1", from the object of /version. */
export function readVersion(captures: Captures): Learned<string> {
  const capture = captures.get("api/version");
  if (capture === undefined) return unknown("not-collected", "api/version was not collected");
  if (!capture.result.known) return capture.result;
  const parsed = parseJson(capture.result.value);
  if (!parsed.known) return unknown("unparsable", `api/version: ${parsed.detail}`);
  const version = asString(at(parsed.value, "gitVersion"));
  return version === "" ? unknown("unparsable", "api/version: no gitVersion") : known(version);
}
