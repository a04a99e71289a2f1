import { describe, expect, test } from "vitest";
import { flowOf, resultOf } from "./flow-of.ts";

const mtu = flowOf({ purpose: "path-mtu", protocol: "icmp", port: null, packetBytes: 1500 });
const head = "PING 10.244.2.3 (10.244.2.3) 1472(1500) bytes of data.|";
const tail = "--- 10.244.2.3 ping statistics ---|1 packets transmitted, 0 received, 100% packet loss, time 0ms|";
const full = "TRY 0 1480 bytes from 10.244.2.3: icmp_seq=1 ttl=62 time=0.401 ms|";
const lost = `TRY 1 ${head}${tail}`;
const small = "TRY 0 180 bytes from 10.244.2.3: icmp_seq=1 ttl=62 time=0.207 ms|";
const needed = `TRY 1 ${head}From 10.244.1.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)|${tail}`;

describe("the path's MTU", () => {
  test("a full packet that passes settles it", () => {
    expect(resultOf(mtu, full)).toMatchObject({ outcome: "ok", largestBytes: 1500, medianMs: 0.401, detail: "" });
    expect(resultOf(mtu, lost, full)).toMatchObject({ outcome: "ok", sent: 2, succeeded: 1, largestBytes: 1500 });
  });

  test("large packets that vanish while small ones pass are lost-large, with the largest that got through", () => {
    expect(resultOf(mtu, lost, lost, small, "TRY 0 passes 576|passes 1400|passes 1280|")).toMatchObject({
      outcome: "lost-large",
      succeeded: 0,
      medianMs: 0.207,
      largestBytes: 1400,
    });
  });

  test.each(["TRY 0 ", "TRY 1 ", ""])(
    "where no size of the list passes (%j), the small packet is the largest",
    (sizes) => {
      expect(resultOf(mtu, lost, lost, small, sizes)).toMatchObject({ outcome: "lost-large", largestBytes: 200 });
    },
  );

  test.each([
    ["Frag needed and DF set (mtu = 1400)", needed],
    ["message too long, mtu=1450", "TRY 1 ping: local error: message too long, mtu=1450|"],
    ["Message too long", "TRY 1 ping: sendmsg: Message too long|"],
    ["Packet too big", `TRY 1 ${head}From fd00::1 icmp_seq=1 Packet too big: mtu=1400|${tail}`],
  ])("%s is the path telling its MTU, not a black hole", (said, line) => {
    const result = resultOf(mtu, line, line, small, "TRY 0 passes 1400|passes 1380|");
    expect(result).toMatchObject({ outcome: "too-big", largestBytes: 1400 });
    expect(result.detail).toContain(said);
  });

  test("where the first packet is lost and the second told about, the path tells its MTU", () => {
    expect(resultOf(mtu, lost, needed, small, "TRY 0 passes 1400|")).toMatchObject({ outcome: "too-big" });
  });

  test("where not even a small packet passes, the size is not the trouble", () => {
    expect(resultOf(mtu, lost, lost, lost)).toMatchObject({ outcome: "timeout", largestBytes: null });
    const prohibited = `TRY 1 ${head}From 192.168.0.11 icmp_seq=1 Destination Host Prohibited|${tail}`;
    expect(resultOf(mtu, prohibited, prohibited, prohibited)).toMatchObject({
      outcome: "prohibited",
      detail: "From 192.168.0.11 icmp_seq=1 Destination Host Prohibited",
    });
  });

  test("an answer cut after the large packets is no black hole", () => {
    expect(resultOf(mtu, lost, lost)).toMatchObject({ outcome: "timeout", largestBytes: null });
    expect(resultOf(mtu, lost)).toMatchObject({ outcome: "timeout", largestBytes: null });
  });
});
