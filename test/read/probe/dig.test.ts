import { describe, expect, test } from "vitest";
import type { DnsQuestion } from "../../../src/model/flow.ts";
import { flowOf, resultOf } from "./flow-of.ts";

const NAME = "kubernetes.default.svc.cluster.local.";
const asking = (dns: DnsQuestion = { name: NAME, type: "A" }) =>
  flowOf({ purpose: "dns", protocol: "udp", port: 53, dns });

/** As dig 9.18 prints it with +noall +comments +answer +stats. */
function answered(status: string, ...answers: readonly string[]): string {
  const section = answers.length === 0 ? "" : `;; ANSWER SECTION:|${answers.join("|")}|`;
  return `TRY 0 ;; Got answer:|;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: 4711|;; flags: qr aa rd; QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: 0, ADDITIONAL: 1|;; OPT PSEUDOSECTION:|; EDNS: version: 0, flags:; udp: 1232|${section};; Query time: 3 msec|;; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)|;; WHEN: Fri Jan 02 03:04:05 UTC 2026|;; MSG SIZE  rcvd: 117|`;
}

describe("an answer", () => {
  test("has its records' data and the time the query took", () => {
    expect(resultOf(asking(), answered("NOERROR", `${NAME}\t5\tIN\tA\t10.96.0.1`))).toEqual({
      outcome: "ok",
      sent: 1,
      succeeded: 1,
      medianMs: 3,
      clientSeen: null,
      largestBytes: null,
      answers: ["10.96.0.1"],
      detail: "",
    });
  });

  test("has only the records of the type that was asked for", () => {
    const chain = [`www.shop.\t5\tIN\tCNAME\tweb.shop.`, `web.shop.\t5\tIN\tA\t10.0.0.1`, `web.shop. 5 IN A 10.0.0.2`];
    expect(resultOf(asking(), answered("NOERROR", ...chain)).answers).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(resultOf(asking({ name: NAME, type: "AAAA" }), answered("NOERROR", ...chain))).toMatchObject({
      outcome: "no-data",
      answers: [],
    });
  });

  test("of SRV keeps priority, weight, port and target together", () => {
    const record = `_https._tcp.${NAME}\t5\tIN\tSRV\t0 100 443 ${NAME}`;
    const question: DnsQuestion = { name: `_https._tcp.${NAME}`, type: "SRV" };
    expect(resultOf(asking(question), answered("NOERROR", record)).answers).toEqual([`0 100 443 ${NAME}`]);
  });

  test.each([
    ["NOERROR", "no-data", ""],
    ["NXDOMAIN", "nxdomain", "status NXDOMAIN"],
    ["SERVFAIL", "servfail", "status SERVFAIL"],
    ["REFUSED", "query-refused", "status REFUSED"],
    ["NOTIMP", "failed", "status NOTIMP"],
    ["FORMERR", "failed", "status FORMERR"],
  ])("%s without records is %s", (status, outcome, detail) => {
    expect(resultOf(asking(), answered(status))).toMatchObject({ outcome, succeeded: 1, medianMs: 3, detail });
  });

  test("after a lost packet counts, and the loss shows in the tries", () => {
    const lost = "TRY 9 ;; communications error to 10.96.0.10#53: timed out|;; no servers could be reached|";
    expect(resultOf(asking(), lost, answered("NOERROR", `${NAME} 5 IN A 10.96.0.1`))).toMatchObject({
      outcome: "ok",
      sent: 2,
      succeeded: 1,
    });
  });
});

describe("no answer", () => {
  const at = "10.96.0.10#53";
  test.each([
    [`;; communications error to ${at}: timed out|;; no servers could be reached|`, "timeout", "timed out"],
    [";; connection timed out; no servers could be reached|", "timeout", "timed out"],
    [";; no servers could be reached|", "timeout", "no servers could be reached"],
    [`;; communications error to ${at}: connection refused|;; no servers could be reached|`, "refused", "refused"],
    [`;; Connection to ${at}(10.96.0.10) for . failed: connection refused.|`, "refused", ""],
    [`;; communications error to ${at}: host unreachable|;; no servers could be reached|`, "no-route", "unreachable"],
    [`;; UDP setup with ${at}(10.96.0.10) for . failed: host unreachable.|`, "no-route", "unreachable"],
    [`;; UDP setup with ${at}(10.96.0.10) for . failed: network unreachable.|`, "no-network", "unreachable"],
    ["dig: parse of /etc/resolv.conf failed|", "failed", "resolv.conf"],
    ["", "failed", ""],
  ])("%j is %s", (said, outcome, word) => {
    const result = resultOf(asking(), `TRY 9 ${said}`, `TRY 9 ${said}`, `TRY 9 ${said}`);
    expect(result).toMatchObject({ outcome, sent: 3, succeeded: 0, medianMs: null, answers: [] });
    expect(result.detail).toContain(word);
  });

  test("of TXT-like text in a record cannot pass for a status", () => {
    const forged = answered("SERVFAIL", `${NAME} 5 IN TXT "status: NOERROR"`);
    expect(resultOf(asking(), forged)).toMatchObject({ outcome: "servfail" });
  });
});
