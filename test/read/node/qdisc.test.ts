import { describe, expect, test } from "vitest";
import { known } from "../../../src/model/learned.ts";
import { parseQdiscs } from "../../../src/read/node/qdisc.ts";

// `tc -j qdisc show` (iproute2 6.1) on a Node with a filter on one veth.
const recorded = `[{"kind":"noqueue","handle":"0:","dev":"lo","root":true,"refcnt":2,"options":{}},
{"kind":"noqueue","handle":"0:","dev":"veth957dbc5e","root":true,"refcnt":2,"options":{}},
{"kind":"clsact","handle":"ffff:","dev":"veth957dbc5e","parent":"ffff:fff1","options":{}}]`;

describe("tc -j qdisc show", () => {
  test("gives each discipline with its device", () => {
    expect(parseQdiscs(recorded)).toEqual(
      known([
        { device: "lo", kind: "noqueue" },
        { device: "veth957dbc5e", kind: "noqueue" },
        { device: "veth957dbc5e", kind: "clsact" },
      ]),
    );
  });

  test.each(["", "qdisc noqueue 0: dev lo", '[{"kind":"clsact"}]', "{}"])("is unparsable: %j", (text) => {
    expect(parseQdiscs(text)).toMatchObject({ known: false, reason: "unparsable" });
  });
});
