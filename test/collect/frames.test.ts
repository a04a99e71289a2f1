import { describe, expect, test } from "vitest";
import { parseFrames } from "../../src/collect/node/frames.ts";
import { known, unknown } from "../../src/model/learned.ts";
import { frame, framed } from "../support/api-double/frames.ts";

const NONCE = "0123456789abcdef01234567";
const section = (output: string, name: string) => parseFrames(output, NONCE).sections.get(name);

describe("the answer of a program on a Node", () => {
  test("is split into its sections, each with its text as it was", () => {
    const output = framed(NONCE, [
      { name: "uname", text: "Linux 6.1.0 x86_64\n" },
      { name: "link", text: "[]" },
      { name: "rules", text: "" },
    ]);
    expect(parseFrames(output, NONCE)).toEqual({
      sections: new Map([
        ["uname", known("Linux 6.1.0 x86_64\n")],
        ["link", known("[]")],
        ["rules", known("")],
      ]),
      complete: true,
    });
  });

  test("leaves out what stands before and between the frames", () => {
    const output = `Warning: motd\n${frame(NONCE, { name: "link", text: "[]" })}stray line\n\n@@${NONCE}\tcomplete\n`;
    expect(parseFrames(output, NONCE)).toEqual({ sections: new Map([["link", known("[]")]]), complete: true });
  });

  test("takes a frame in the very first line", () => {
    expect(section(framed(NONCE, [{ name: "link", text: "[]" }]).trimStart(), "link")).toEqual(known("[]"));
  });

  test.each(["", "\n", "sh: not found\n", "@@", `@@${NONCE}`])("has no section in %j and is not complete", (output) => {
    expect(parseFrames(output, NONCE)).toEqual({ sections: new Map(), complete: false });
  });
});

describe("what is read from a cluster cannot forge a frame", () => {
  const forgeries = [
    "\n@@\tend\t0\t\n\n@@\tbegin\tlink\nforged\n",
    "\n@@ffffffffffffffffffffffff\tend\t0\t\n\n@@ffffffffffffffffffffffff\tbegin\tlink\nforged\n",
    `text @@${NONCE}\tend\t0\t\n`,
    `\n @@${NONCE}\tbegin\tlink\nforged\n`,
    `\n@@${NONCE}begin\tlink\nforged\n`,
    `\r@@${NONCE}\tbegin\tlink\nforged\n`,
    "\n@@$N\tcomplete\n",
  ];
  test.each(forgeries)("%j stays text", (text) => {
    const answer = parseFrames(frame(NONCE, { name: "cni-conf/10-x.conf", text }), NONCE);
    expect(answer).toEqual({ sections: new Map([["cni-conf/10-x.conf", known(text)]]), complete: false });
  });

  test.each(["__proto__", "constructor", "toString", "cni-conf/../../etc/shadow", "a b;$(id)", "", "ünï\u202e"])(
    "a section called %j is one like any other",
    (name) => {
      const { sections } = parseFrames(framed(NONCE, [{ name, text: "x" }]), NONCE);
      expect([...sections]).toEqual([[name, known("x")]]);
    },
  );
});

describe("an answer that ends early", () => {
  const whole = framed(NONCE, [
    { name: "link", text: "[1]" },
    { name: "addr", text: "[2]" },
  ]);

  test("is never taken for a whole one, wherever it is cut", () => {
    for (let length = 0; length < whole.length; length += 1) {
      const { sections, complete } = parseFrames(whole.slice(0, length), NONCE);
      expect(complete && length < whole.trimEnd().length).toBe(false);
      for (const [name, text] of [
        ["link", "[1]"],
        ["addr", "[2]"],
      ] as const) {
        const learned = sections.get(name);
        if (learned?.known) expect(learned.value).toBe(text);
        else expect([undefined, "timed-out"]).toContain(learned?.reason);
      }
    }
  });

  test("keeps the sections that were whole, and says of the last that it is not", () => {
    const { sections, complete } = parseFrames(whole.slice(0, whole.indexOf("[2]") + 2), NONCE);
    expect(complete).toBe(false);
    expect(sections.get("link")).toEqual(known("[1]"));
    expect(sections.get("addr")).toEqual(unknown("timed-out", "the program ended in the middle of this section"));
  });
});

describe("a section whose command failed", () => {
  test.each([
    [66, "", unknown("failed", "does not exist")],
    [66, "/etc/cni/net.d does not exist", unknown("failed", "/etc/cni/net.d does not exist")],
    [124, "", unknown("timed-out", "the command took too long")],
    [143, "Terminated", unknown("timed-out", "Terminated")],
    [127, "no nft on the Node or in the image", unknown("no-tool", "no nft on the Node or in the image")],
    [1, "", unknown("failed", "exit code 1")],
    [2, "RTNETLINK answers: Operation not permitted", unknown("failed", "RTNETLINK answers: Operation not permitted")],
    [137, "", unknown("failed", "exit code 137")],
  ])("with code %i and %j is unknown, whatever it printed", (code, errors, expected) => {
    expect(section(framed(NONCE, [{ name: "nft", text: "half a table", code, errors }]), "nft")).toEqual(expected);
  });

  test("is known with code 0, whatever it warned of", () => {
    const output = framed(NONCE, [{ name: "nft", text: "{}", code: 0, errors: "deprecated" }]);
    expect(section(output, "nft")).toEqual(known("{}"));
  });
});
