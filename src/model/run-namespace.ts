/** The name of a run's own namespace: "netdoctor-" and the run's random name. */
export const runNamespace = /^netdoctor-[a-z0-9]+$/;

export const isRunNamespace = (name: string): boolean => runNamespace.test(name);
