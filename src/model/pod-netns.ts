/**
 * The words in front of a command that is to run in a Pod's network namespace (nsenter(1)): by the file that its runtime bound it to, which
 * goes with the Pod and is never another's, as a process number may be. The reader fills in what is not known.
 */
export const enterPod = (netns: string): readonly string[] =>
  netns === "" ? ["nsenter", "-t", "POD_PID", "-n"] : ["nsenter", `--net=${netns}`];
