import { createHash } from "node:crypto";

/** Where the captures of a bundle lie; beside it only manifest.json. */
export const MANIFEST_FILE = "manifest.json";
const FOLDER = "captures";
const LONGEST_SEGMENT = 180;

/**
 * The file of a capture, by its id alone: no two ids share one, and none leaves the folder. Letters, digits, "_", "-" and inner
 * dots stay; every other byte becomes %XX. A file's ending keeps a capture apart from the folder of its sub-captures.
 */
export function captureFile(id: string): string {
  const segments = id.split("/").map((segment, index, all) => encodeSegment(segment, index === all.length - 1));
  return `${FOLDER}/${segments.join("/")}${id.startsWith("api/") ? ".json" : ".txt"}`;
}

function encodeSegment(segment: string, isLast: boolean): string {
  if (segment === "") return "%";
  const bytes = new TextEncoder().encode(segment);
  let encoded = "";
  for (const [index, byte] of bytes.entries()) {
    const character = String.fromCharCode(byte);
    const plain = /[A-Za-z0-9_-]/.test(character) || (character === "." && index > 0);
    encoded += plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  // A folder "x.txt" would meet the file of a capture "x".
  if (!isLast) encoded = encoded.replace(/\.(txt|json)$/, "%2E$1");
  if (encoded.length <= LONGEST_SEGMENT) return encoded;
  const digest = createHash("sha256").update(segment).digest("hex").slice(0, 32);
  return `${encoded.slice(0, LONGEST_SEGMENT - 40).replace(/%.?$/, "")}~${digest}`;
}

/** Why a name in an archive is not one of a bundle; null where it may be one. */
export function nameFault(name: string): string | null {
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name)) return "is an absolute path";
  if (name.includes("\\") || name.includes("\0")) return "holds a backslash or a NUL";
  if (name.split("/").includes("..")) return "leaves the bundle";
  return null;
}
