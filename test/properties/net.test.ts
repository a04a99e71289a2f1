import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Address,
  type Cidr,
  cidrOf,
  contains,
  hostCidr,
  includesAddress,
  indexPrefixes,
  longestPrefix,
  overlaps,
  parseAddress,
  parseCidr,
  relation,
} from "../../src/net/cidr.ts";
import { queriesUntilAnswer, queryNames } from "../../src/net/domain-name.ts";

// Few bits differ, so that nested blocks are as frequent as disjoint ones.
const v4 = fc
  .tuple(fc.constantFrom(10, 192), fc.constantFrom(0, 1, 96), fc.nat(3), fc.nat(255))
  .map((parts) => parts.join("."));
const v6 = fc
  .tuple(fc.constantFrom("fd00", "2001"), fc.constantFrom("0", "1"), fc.constantFrom("0", "ff"), fc.nat(0xffff))
  .map(([a, b, c, d]) => `${a}:${b}:${c}:0:0:0:0:${d.toString(16)}`);
const address: fc.Arbitrary<Address> = fc.oneof(v4, v6).map((text) => parseAddress(text) ?? fail(text));
const cidr: fc.Arbitrary<Cidr> = fc
  .tuple(address, fc.nat(128))
  .map(([at, length]) => cidrOf(at, length % (at.family === "IPv4" ? 33 : 129)) ?? fail(at.text));
const bitsOf = (at: Address): string => at.family + at.value.toString(2).padStart(at.family === "IPv4" ? 32 : 128, "0");
const prefixOf = (of: Cidr): string =>
  bitsOf({ family: of.family, text: "", value: of.first }).slice(0, of.family.length + of.prefixLength);

function fail(text: string): never {
  throw new Error(`the generator made ${text}`);
}

describe("blocks agree with a comparison bit by bit", () => {
  test("an address is in a block exactly when its first bits are the block's", () => {
    fc.assert(
      fc.property(cidr, address, (block, at) => {
        expect(includesAddress(block, at)).toBe(bitsOf(at).startsWith(prefixOf(block)));
      }),
    );
  });
  test("a block contains another exactly when the other's prefix begins with its own", () => {
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        expect(contains(a, b)).toBe(prefixOf(b).startsWith(prefixOf(a)));
      }),
    );
  });
  test("overlap is symmetric and the relation turns round with its sides", () => {
    const turned = { equal: "equal", contains: "inside", inside: "contains", disjoint: "disjoint" };
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        expect(overlaps(a, b)).toBe(overlaps(b, a));
        expect(overlaps(a, b)).toBe(relation(a, b) !== "disjoint");
        expect(relation(b, a)).toBe(turned[relation(a, b)]);
      }),
    );
  });
  test("containment is transitive", () => {
    fc.assert(
      fc.property(cidr, cidr, cidr, (a, b, c) => {
        expect(!(contains(a, b) && contains(b, c)) || contains(a, c)).toBe(true);
      }),
    );
  });
  test("canonical text reads back as the same block and the same address", () => {
    fc.assert(
      fc.property(cidr, address, (block, at) => {
        expect(parseCidr(block.text)).toEqual({ ...block, hostBits: false });
        expect(parseAddress(at.text)).toEqual(at);
        expect(hostCidr(at).first).toBe(at.value);
      }),
    );
  });
  test("the index finds what the scan finds, and no longer prefix matches", () => {
    fc.assert(
      fc.property(fc.array(cidr), address, (blocks, at) => {
        const entries = blocks.map((block, index) => ({ cidr: block, index }));
        const expected = entries
          .filter((entry) => bitsOf(at).startsWith(prefixOf(entry.cidr)))
          .sort((a, b) => b.cidr.prefixLength - a.cidr.prefixLength || a.index - b.index)[0];
        expect(longestPrefix(entries, at)).toEqual(expected ?? null);
        expect(indexPrefixes(entries)(at)).toEqual(expected ?? null);
      }),
    );
  });
});

describe("parsing", () => {
  test("IPv6 text is canonical as the URL standard writes it", () => {
    const group = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const text = groups.map((value) => value.toString(16)).join(":");
        const parsed = parseAddress(text);
        if (parsed?.family === "IPv6") expect(`[${parsed.text}]`).toBe(new URL(`http://[${text}]/`).hostname);
        expect(parsed).not.toBeNull();
      }),
    );
  });
  test("takes exactly the texts that Node's own strict parser takes", () => {
    const soup = fc.string({
      unit: fc.constantFrom("0", "1", "9", "a", "f", "F", ":", "::", ".", "1.2.3.4", "%", " ", "x"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.oneof(soup, v4, v6, fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        expect(parseAddress(text) !== null).toBe((isIPv4(text) || isIPv6(text)) && !text.includes("%"));
      }),
      { numRuns: 3000 },
    );
  });
  test("never throws on any text", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(200), (text, length) => {
        expect([null, "object"]).toContain(parseCidr(`${text}/${length}`) === null ? null : "object");
      }),
    );
  });
});

test("of a search list every name is asked for once in order, and an answer ends the list", () => {
  const label = fc.stringMatching(/^[a-z]{1,6}$/);
  const domain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));
  fc.assert(
    fc.property(domain, fc.uniqueArray(domain, { maxLength: 6 }), fc.nat(8), (name, search, ndots) => {
      const names = queryNames(name, { search, ndots });
      const enoughDots = name.split(".").length - 1 >= ndots;
      expect(names).toHaveLength(search.length + 1);
      expect(enoughDots ? names[0] : names.at(-1)).toBe(`${name}.`);
      expect(queriesUntilAnswer(name, { search, ndots }, null)).toBe(2 * names.length);
      const first = names[0] ?? "";
      expect(queriesUntilAnswer(name, { search, ndots }, first)).toBe(2);
    }),
  );
});
