import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readCorefile } from "../../../src/read/dns/corefile.ts";
import { corpusFolder } from "../api/captures.ts";

/** Excerpts and templates that CoreDNS would refuse too: why each is no Corefile. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "coredns-deployment-sed.Corefile": /^line 18: the brace opened in line 1 is not closed/, // "}STUBDOMAINS"
  "coredns-doc-view-1.Corefile": /^line 28: a brace is closed that was not opened/, // a "}" too many, as published
  "kubespray-nodelocaldns-template.Corefile": /is not closed/, // "}{% endif %}"
  "minikube-ingress-dns-doc.Corefile": /is not closed/, // the first five lines of one
};

const folder = corpusFolder("dns/corefile");

describe.skipIf(folder === null)("every Corefile of the corpus", () => {
  const files = folder === null ? [] : readdirSync(folder).sort();
  test.each(files)("%s is read, or refused with a reason", (file) => {
    const result = readCorefile(readFileSync(`${folder}/${file}`, "utf8"));
    const refused = REFUSED[file];
    if (refused === undefined) expect(result).toMatchObject({ known: true });
    else expect(result).toMatchObject({ known: false, detail: expect.stringMatching(refused) });
  });
});
