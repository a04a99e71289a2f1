/** The words in front of a command that is to run in a Pod's network namespace, by one of its processes (nsenter(1)); the reader fills in what is not known. */
export const enterPod = (pid: number): readonly string[] => [
  "nsenter",
  "-t",
  pid === 0 ? "POD_PID" : String(pid),
  "-n",
];
