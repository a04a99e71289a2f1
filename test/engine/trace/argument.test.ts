import { expect, test } from "vitest";
import { parseArgument } from "../../../src/engine/trace/argument.ts";

test.each([
  ["cart-0", { kind: "Pod", namespace: "shop", name: "cart-0", orHost: false }],
  ["web/cart-0", { kind: "Pod", namespace: "web", name: "cart-0", orHost: false }],
  ["pod/cart-0", { kind: "Pod", namespace: "shop", name: "cart-0", orHost: false }],
  ["svc/cart", { kind: "Service", namespace: "shop", name: "cart" }],
  ["other/svc/cart", { kind: "Service", namespace: "other", name: "cart" }],
  ["other/deployment/cart", { kind: "Deployment", namespace: "other", name: "cart" }],
  ["sts/db", { kind: "StatefulSet", namespace: "shop", name: "db" }],
  ["node/ip-10-0-0-1.ec2.internal", { kind: "Node", name: "ip-10-0-0-1.ec2.internal" }],
  ["10.0.0.1", { kind: "IP", ip: "10.0.0.1" }],
  ["[2001:db8:0::1]", { kind: "IP", ip: "2001:db8::1" }],
  ["example.com", { kind: "Pod", namespace: "shop", name: "example.com", orHost: true }],
])("%s is read as a person means it", (text, expected) => {
  expect(parseArgument(text, "shop")).toEqual({ known: true, value: expected });
});

test.each([
  ["cart:8080", /`cart:8080` names a port: write `cart --port 8080`/],
  ["10.0.0.1:80", /write `10\.0\.0\.1 --port 80`/],
  ["a/b/c/d", /is not a Pod, svc\/NAME/],
  ["shop/ingress/x", /`ingress` in `shop\/ingress\/x` is no kind/],
  ["", /is not a Pod/],
  ["$(reboot)", /is not a Pod/],
])("`%s` is refused with what to write instead", (text, message) => {
  const parsed = parseArgument(text, "shop");
  expect(parsed.known ? "" : parsed.detail).toMatch(message);
});
