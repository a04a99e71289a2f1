import { describe, expect, test } from "vitest";
import {
  type Address,
  type Cidr,
  cidrOf,
  hostCidr,
  includesAddress,
  indexPrefixes,
  longestPrefix,
  parseAddress,
  parseCidr,
  relation,
  size,
} from "../../src/net/cidr.ts";

const cidr = (text: string): Cidr => {
  const parsed = parseCidr(text);
  if (parsed === null) throw new Error(`not a CIDR: ${text}`);
  return parsed;
};
const address = (text: string): Address => {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
};

describe("parseAddress", () => {
  test.each([
    ["10.244.1.7", "10.244.1.7"],
    ["0.0.0.0", "0.0.0.0"],
    ["FD00::1", "fd00::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["::", "::"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::ffff:a00:1", "10.0.0.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ])("reads %s as %s", (text, canonical) => {
    expect(parseAddress(text)?.text).toBe(canonical);
  });

  test.each([
    "",
    " 10.0.0.1",
    "10.0.0.1\n",
    "010.0.0.1",
    "10.0.0.01",
    "1.2",
    "1",
    "0x7f.1",
    "0x7f000001",
    "256.0.0.1",
    "10.0.0.1.2",
    "10.0.0.1/32",
    "fe80::1%eth0",
    ":::",
    "1::2::3",
    "12345::",
    "::ffff:010.0.0.1",
    "::ffff:1.2",
    "1:2:3:4:5:6:7",
    "[::1]",
    "None",
  ])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});

describe("parseCidr", () => {
  test("clears host bits and says that they were set", () => {
    expect(parseCidr("10.0.0.5/24")).toMatchObject({
      text: "10.0.0.0/24",
      first: 0x0a000000n,
      last: 0x0a0000ffn,
      hostBits: true,
    });
    expect(parseCidr("10.0.0.0/24")).toMatchObject({ text: "10.0.0.0/24", hostBits: false });
    expect(parseCidr("fd00::1/64")).toMatchObject({ text: "fd00::/64", hostBits: true });
  });

  test("reads an IPv4-mapped block of /96 or longer as the IPv4 block that it is", () => {
    expect(parseCidr("::ffff:10.0.0.0/104")?.text).toBe("10.0.0.0/8");
    expect(parseCidr("::ffff:0:0/96")?.text).toBe("0.0.0.0/0");
    expect(parseCidr("::ffff:0:0/95")?.family).toBe("IPv6");
  });

  test.each([
    "10.0.0.0",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/255.255.255.0",
    "10.0.0.0/",
    "/8",
    "10/8",
    "::/129",
    "::/0/0",
  ])("refuses %j", (text) => {
    expect(parseCidr(text)).toBeNull();
  });
});

test("two blocks are equal, nested or disjoint, and families never meet", () => {
  expect(relation(cidr("10.0.0.0/8"), cidr("10.0.0.0/8"))).toBe("equal");
  expect(relation(cidr("10.0.0.0/8"), cidr("10.96.0.0/12"))).toBe("contains");
  expect(relation(cidr("10.96.0.0/12"), cidr("10.0.0.0/8"))).toBe("inside");
  expect(relation(cidr("10.96.0.0/12"), cidr("10.112.0.0/12"))).toBe("disjoint");
  expect(relation(cidr("0.0.0.0/0"), cidr("::/0"))).toBe("disjoint");
});

test("a block's size counts every address, and a host block holds one", () => {
  expect(size(cidr("10.96.0.0/12"))).toBe(1_048_576n);
  expect(size(cidr("::/0"))).toBe(2n ** 128n);
  expect(hostCidr(address("fd00::1"))).toEqual(cidr("fd00::1/128"));
  expect(includesAddress(cidr("10.244.2.0/24"), address("10.244.2.255"))).toBe(true);
  expect(includesAddress(cidr("::/0"), address("10.244.2.255"))).toBe(false);
});

test("a prefix length that the family does not have makes no block", () => {
  expect([33, -1, 1.5, Number.NaN].map((length) => cidrOf(address("10.0.0.1"), length))).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test("the longest prefix wins, of equals the first, and without one there is none", () => {
  const routes = ["0.0.0.0/0", "10.244.0.0/16", "10.244.2.0/24", "10.244.2.0/24"].map((text, index) => ({
    index,
    cidr: cidr(text),
  }));
  for (const look of [(to: Address) => longestPrefix(routes, to), indexPrefixes(routes)]) {
    expect(look(address("10.244.2.9"))?.index).toBe(2);
    expect(look(address("10.244.3.9"))?.index).toBe(1);
    expect(look(address("192.0.2.1"))?.index).toBe(0);
    expect(look(address("::1"))).toBeNull();
  }
});
