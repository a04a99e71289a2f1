import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redact } from "../../src/bundle/redact.ts";
import { growth, linear } from "../support/growth.ts";

// Put together from parts, so that no scanner takes this file for a leak.
const JWT = ["eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJzeXN0ZW0ifQ", "c2lnbmF0dXJl-_x"].join(".");
const KEY = (kind: string): string => `-----BEGIN ${kind}PRIVATE KEY-----\nMIIEow\n-----END ${kind}PRIVATE KEY-----`;

describe("what looks like a secret is taken out", () => {
  test.each([
    ["a JWT", `token ${JWT} end`, "token [redacted:jwt] end"],
    ["a bearer header", "Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer [redacted:authorization]"],
    ["a basic header", "authorization: basic YW5uOmh1bnRlcjI=", "authorization: basic [redacted:authorization]"],
    ["an RSA key", `a ${KEY("RSA ")} b`, "a [redacted:private-key] b"],
    ["a PKCS 8 key", KEY(""), "[redacted:private-key]"],
    ["a key in JSON", JSON.stringify({ k: KEY("EC ") }), '{"k":"[redacted:private-key]"}'],
    ["a key that is cut off", "x -----BEGIN PRIVATE KEY-----\nMIIE", "x [redacted:private-key]"],
    [
      "a password in a URL",
      "https://ann:hunter2@proxy.example:3128/",
      "https://ann:[redacted:url-password]@proxy.example:3128/",
    ],
    ["a bootstrap token", "--token=abcdef.0123456789abcdef", "--token=abcdef.[redacted:bootstrap-token]"],
    ["an AWS key", `id ${"AKIA"}${"IOSFODNN7EXAMPLE"}`, "id [redacted:aws-key]"],
    [
      "an AWS secret",
      "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG",
      "aws_secret_access_key = [redacted:named-secret]",
    ],
    ["a password in JSON", '{"password":"hunter2222","a":1}', '{"password":"[redacted:named-secret]","a":1}'],
    [
      "a password in JSON in JSON",
      JSON.stringify('{"password":"hunter2222"}'),
      JSON.stringify('{"password":"[redacted:named-secret]"}'),
    ],
    [
      "a WireGuard key",
      "PrivateKey = 4Hk5bEYqgKbnTzb9IZZzqvHrLMfXcXh0uFQvQm1xG0E=",
      "PrivateKey = [redacted:named-secret]",
    ],
  ])("%s", (_name, text, expected) => {
    expect(redact(text).text).toBe(expected);
  });
});

test.each([
  "-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU",
  "nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local",
  "fe80::1 dev eth0 lladdr 02:42:ac:11:00:02 REACHABLE",
  "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
  "https://192.168.100.11:6443/healthz",
  '{"secretName":"default-token-x7k2p","automountServiceAccountToken":false}',
  "coredns-5dd5756b68-9xk2p",
  "registry.example/team/image@sha256:0123456789abcdef",
])("names and addresses stay: %s", (text) => {
  expect(redact(text)).toEqual({ text, redactions: new Map() });
});

test("redacting twice finds nothing more", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      JWT,
      KEY("RSA "),
      "password=hunter2222",
      "://a:bcdefgh@",
      "bearer abcdefghijklmnop",
      "abcdef.0123456789abcdef",
      " ",
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const once = redact(pieces.join(" ")).text;
      expect(redact(once)).toEqual({ text: once, redactions: new Map() });
    }),
  );
});

test("JSON stays JSON", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom("password", "authorization"), fc.string(), (inner, key, value) => {
      const document = JSON.stringify({ [key]: value, inner, token: JWT, key: KEY("EC ") });
      expect(Object.keys(JSON.parse(redact(document).text))).toHaveLength(4);
    }),
  );
});

test.each([
  "eyJ-",
  "-----BEGIN PRIVATE KEY-----",
  "://",
  "bearer ",
  "password=",
  "a.",
  "AKIA",
  "password \t:",
  "://a:",
])("much of %j takes no quadratic time", (piece) => {
  const redacted = (bytes: number) => expect(redact(piece.repeat(bytes / piece.length)).text.length).toBeGreaterThan(0);
  expect(growth(redacted, 80_000)).toBeLessThan(linear);
});
