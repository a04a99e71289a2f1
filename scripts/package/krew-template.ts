import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The manifest's template, in the language of krew-release-bot, which renders the same file after a release. */
export const krewTemplate = join(import.meta.dirname, "../../krew/netdoctor.yaml");

/**
 * Renders it for a version with the sums of its archives, by file name. Knows the two things that the template uses of the
 * bot's language: `{{ .TagName }}`, and `addURIAndSha`, which ends with a line of its own at four spaces.
 */
export function renderKrewManifest(version: string, sums: ReadonlyMap<string, string>): string {
  const tag = `v${version}`;
  const rendered = readFileSync(krewTemplate, "utf8")
    .replace(/\{\{\s*addURIAndSha "([^"]*)" \.TagName\s*\}\}/g, (_, uri: string) => {
      const address = uri.replace(tagName, tag);
      const file = address.slice(address.lastIndexOf("/") + 1);
      const sum = sums.get(file);
      if (sum === undefined) throw new Error(`there is no ${file} to put into the Krew manifest`);
      return `uri: ${address}\n    sha256: ${sum}`;
    })
    .replace(tagName, tag);
  const left = /\{\{.*/.exec(rendered);
  if (left !== null) throw new Error(`the Krew template asks for something unknown: ${left[0]}`);
  return rendered;
}

const tagName = /\{\{\s*\.TagName\s*\}\}/g;
