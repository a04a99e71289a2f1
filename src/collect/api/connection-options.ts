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
  /** Limit for one request, answer included. Default 60 s. */
  readonly requestTimeoutMs?: number | undefined;
}

/** What is read besides the flags. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the kubelet puts a Pod's token; read when there is no kubeconfig. */
  readonly serviceAccountDir: string;
}
