import { readFile } from "node:fs/promises";
import { AccessError } from "./access-error.ts";

/** Reads a file that the user or the kubeconfig names. Throws AccessError with the file's name. */
export async function readNamed(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const problem = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw new AccessError(
      what === "the kubeconfig" && code === "ENOENT" ? "no-kubeconfig" : "bad-kubeconfig",
      `${what} ${file} ${problem}`,
      what === "the kubeconfig"
        ? "Check the path given with --kubeconfig or in KUBECONFIG."
        : "Check the path in the kubeconfig; relative ones start at the kubeconfig's folder, those of flags here.",
    );
  }
}
