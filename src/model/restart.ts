import { changes } from "./define.ts";
import type { Step } from "./finding.ts";

/**
 * A Pod ("namespace/name") of a DaemonSet is made anew when it is deleted, and an agent writes all that it keeps on its Node when it
 * starts. No step where the name is "".
 */
export function restart(pod: string): readonly Step[] {
  const [namespace = "", name = ""] = pod.split("/");
  return pod === "" ? [] : [changes("kubectl", "-n", namespace, "delete", "pod", name)];
}
