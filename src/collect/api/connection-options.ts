/** kubectl's own flags, with its meaning. What is not given comes from the kubeconfig. */
export interface ConnectionOptions {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  readonly tlsServerName?: string | undefined;
  readonly as?: string | undefined;
  readonly asGroups?: readonly string[] | undefined;
  readonly asUid?: string | undefined;
  readonly asUserExtra?: readonly (readonly [key: string, value: string])[] | undefined;
  readonly disableCompression?: boolean | undefined;
  /** Limit for one request, answer included. Default 60 s; 0 = none. */
  readonly requestTimeoutMs?: number | undefined;
  /** Told a line about each file read, plugin started and request answered; never holds a credential. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** What is read besides the flags. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the kubelet puts a Pod's token; read when there is no kubeconfig. */
  readonly serviceAccountDir: string;
}

/** Those of the process. */
export const processSurroundings = (): Surroundings => ({
  env: process.env,
  serviceAccountDir: "/var/run/secrets/kubernetes.io/serviceaccount",
});
