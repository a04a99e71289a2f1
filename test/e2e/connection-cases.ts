import { join } from "node:path";

/** What the cases are made from: the lab's administrator, a ServiceAccount's token, and where their files are. */
export interface Parts {
  /** https://127.0.0.1:PORT */
  readonly server: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly token: string;
  /** Holds ca.pem, admin.crt, admin.key and token. */
  readonly directory: string;
  /** URL of a proxy that leads every name to this machine. */
  readonly proxy: string;
  /** URL of `kubectl proxy`. */
  readonly plain: string;
}
/** One way to name a server and a user. The files are written as they are; `argv` and `env` are the same for both programs. */
export interface ConnectionCase {
  readonly name: string;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Both must refuse. */
  readonly refused?: true;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const execVersion = "client.authentication.k8s.io/v1";

/** The kubeconfig of one context; JSON is YAML. */
function config(cluster: object, user: object, more: object = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "main",
    clusters: [{ name: "main", cluster }],
    users: [{ name: "main", user }],
    contexts: [{ name: "main", context: { cluster: "main", user: "main" } }],
    ...more,
  });
}

/** Cases whose kubeconfig is the file `config` in a folder of their own. */
export function connectionCases(parts: Parts): readonly ConnectionCase[] {
  return [...files(parts), ...flags(parts), ...users(parts), ...ways(parts), ...refusals(parts)];
}

const trusted = ({ server, ca }: Parts) => ({ server, "certificate-authority-data": base64(ca) });
const admin = ({ certificate, key }: Parts) => ({
  "client-certificate-data": base64(certificate),
  "client-key-data": base64(key),
});

function files(parts: Parts): readonly ConnectionCase[] {
  const bot = config(trusted(parts), { token: parts.token });
  const other = config({ server: "https://127.0.0.1:1" }, { token: "wrong" });
  const relative = config(
    { server: parts.server, "certificate-authority": "pki/ca.pem" },
    { "client-certificate": "pki/admin.crt", "client-key": "pki/admin.key" },
  );
  return [
    { name: "inline certificates", files: { config: config(trusted(parts), admin(parts)) } },
    {
      name: "relative paths, from another folder",
      files: {
        config: relative,
        "pki/ca.pem": parts.ca,
        "pki/admin.crt": parts.certificate,
        "pki/admin.key": parts.key,
      },
    },
    {
      name: "KUBECONFIG with missing and empty files, where the first of a name wins",
      env: { KUBECONFIG: ["missing", "", "empty", "first", "second"].join(":") },
      files: { empty: "", first: bot, second: other },
    },
    {
      name: "a context of the second file with a user of the first",
      argv: ["--context", "two"],
      env: { KUBECONFIG: "first:second" },
      files: {
        first: bot,
        second: config({}, {}, { contexts: [{ name: "two", context: { cluster: "main", user: "main" } }] }),
      },
    },
    {
      name: "--kubeconfig beats KUBECONFIG",
      argv: ["--kubeconfig", "first"],
      env: { KUBECONFIG: "second" },
      files: { first: bot, second: other },
    },
    { name: "~/.kube/config", env: { KUBECONFIG: "" }, files: { ".kube/config": bot } },
  ];
}

function flags(parts: Parts): readonly ConnectionCase[] {
  const { server, token, directory } = parts;
  const file = (name: string) => join(directory, name);
  const certificates = ["--client-certificate", file("admin.crt"), "--client-key", file("admin.key")];
  const users = [
    { name: "main", user: admin(parts) },
    { name: "bot", user: { token } },
  ];
  const two = config(trusted(parts), {}, { users });
  const wrongServer = config({ server: "https://127.0.0.1:1", "tls-server-name": "wrong.example" }, admin(parts));
  return [
    { name: "--user", argv: ["--user", "bot"], files: { config: two } },
    { name: "--user=NAME, and -n", argv: ["--user=bot", "-n", "kube-system"], files: { config: two } },
    {
      name: "--cluster without a context",
      argv: ["--cluster", "main", "--user", "bot"],
      files: { config: config(trusted(parts), {}, { users, "current-context": "" }) },
    },
    { name: "--token", argv: ["--token", token], files: { config: config(trusted(parts), {}) } },
    { name: "--token beside a certificate", argv: ["--token", token], files: { config: two } },
    {
      name: "no kubeconfig, everything by flag",
      argv: ["-s", server, "--certificate-authority", file("ca.pem"), ...certificates],
    },
    {
      name: "--server sets the kubeconfig's tls-server-name aside",
      argv: ["--server", server, "--certificate-authority", file("ca.pem")],
      files: { config: wrongServer },
    },
    {
      name: "--insecure-skip-tls-verify sets the kubeconfig's authority aside",
      argv: ["--insecure-skip-tls-verify"],
      files: { config: config({ ...trusted(parts), "tls-server-name": "wrong.example" }, admin(parts)) },
    },
    {
      name: "--insecure-skip-tls-verify=false says nothing",
      argv: ["--insecure-skip-tls-verify=false"],
      files: { config: config({ server, "insecure-skip-tls-verify": true }, admin(parts)) },
    },
    {
      name: "--certificate-authority ends the kubeconfig's insecure-skip-tls-verify",
      argv: ["--certificate-authority", file("ca.pem")],
      files: { config: config({ server, "insecure-skip-tls-verify": true }, admin(parts)) },
    },
    {
      name: "--tls-server-name, --request-timeout in seconds, --disable-compression",
      argv: ["--tls-server-name", "kubernetes", "--request-timeout", "20", "--disable-compression"],
      files: { config: two },
    },
  ];
}

function users(parts: Parts): readonly ConnectionCase[] {
  const { token, directory } = parts;
  const of = (user: object, cluster: object = trusted(parts)) => ({ config: config(cluster, user) });
  const impersonating = {
    ...admin(parts),
    as: "eve",
    "as-uid": "7",
    "as-groups": ["ops", "system:masters"],
    "as-user-extra": { "example.org/team": ["net", "dns"] },
  };
  const plugin = (status: string, more: object = {}) => ({
    exec: {
      apiVersion: execVersion,
      interactiveMode: "Never",
      command: "./plugin",
      args: ["--login"],
      env: [{ name: "STATUS", value: status }],
      ...more,
    },
  });
  const printing = `#!/bin/sh\nprintf '{"kind":"ExecCredential","apiVersion":"${execVersion}","status":%s}' "$STATUS"\n`;
  const certificate = { clientCertificateData: parts.certificate, clientKeyData: parts.key };
  return [
    { name: "tokenFile", files: of({ tokenFile: join(directory, "token") }) },
    { name: "as-groups, as-uid and as-user-extra of the kubeconfig", files: of(impersonating) },
    {
      name: "--as with groups and a UID",
      argv: ["--as", "bob", "--as-group", "system:masters", "--as-group=dev", "--as-uid", "9"],
      files: of(admin(parts)),
    },
    { name: "--as beside the kubeconfig's groups", argv: ["--as", "bob"], files: of(impersonating) },
    { name: "--as-group in place of the kubeconfig's", argv: ["--as-group", "dev"], files: of(impersonating) },
    {
      name: "a credential plugin beside the kubeconfig that gives a token",
      files: { ...of(plugin(JSON.stringify({ token }), { provideClusterInfo: true })), plugin: printing },
    },
    {
      name: "a credential plugin that gives a certificate",
      files: { ...of(plugin(JSON.stringify(certificate))), plugin: printing },
    },
    {
      name: "a credential plugin that a token sets aside",
      files: of({ ...plugin("{}", { command: "no-such-plugin" }), token }),
    },
  ];
}

function ways(parts: Parts): readonly ConnectionCase[] {
  const far = {
    ...trusted(parts),
    server: parts.server.replace("127.0.0.1", "api.prod.example"),
    "tls-server-name": "kubernetes",
  };
  const through = (cluster: object) => ({ config: config(cluster, admin(parts)) });
  return [
    { name: "HTTPS_PROXY", env: { HTTPS_PROXY: parts.proxy }, files: through(far) },
    {
      name: "https_proxy without a scheme, and loopback in spite of it",
      env: { https_proxy: "127.0.0.1:1" },
      files: through(trusted(parts)),
    },
    { name: "proxy-url", files: through({ ...far, "proxy-url": parts.proxy }) },
    {
      name: "proxy-url beats NO_PROXY",
      env: { NO_PROXY: "*", HTTPS_PROXY: "http://127.0.0.1:1" },
      files: through({ ...far, "proxy-url": parts.proxy }),
    },
    { name: "plain http", files: { config: config({ server: parts.plain }, { token: "not sent" }) } },
    { name: "plain http, without a scheme", argv: ["-s", parts.plain.replace("http://", "")] },
  ];
}

function refusals(parts: Parts): readonly ConnectionCase[] {
  const good = { config: config(trusted(parts), admin(parts)) };
  const twice = { users: ["main", "main"].map((name) => ({ name, user: {} })) };
  const refused = (
    name: string,
    argv: readonly string[],
    files: Readonly<Record<string, string>> = good,
  ): ConnectionCase => ({
    name: `refused: ${name}`,
    argv,
    files,
    refused: true,
  });
  return [
    refused("a context that is not there", ["--context", "nope"]),
    refused("a user that is not there", ["--user", "nope"]),
    refused("a cluster that is not there", ["--cluster", "nope"]),
    refused("a kubeconfig that is not there", ["--kubeconfig", "nope"]),
    refused("a group to impersonate without a user", ["--as-group", "ops"]),
    refused("a name that the certificate lacks", ["--tls-server-name", "wrong.example"]),
    refused("https without a scheme", ["--server", parts.server.replace("https://", "")]),
    refused("a wrong token", ["--token", "wrong"], { config: config(trusted(parts), {}) }),
    refused("a request timeout that is none", ["--request-timeout", "soon"]),
    refused("a name that is defined twice", [], { config: config(trusted(parts), {}, twice) }),
    refused("a proxy for HTTPS that is not there", [], {
      config: config({ ...trusted(parts), "proxy-url": "http://127.0.0.1:1" }, admin(parts)),
    }),
    refused("a credential plugin that is not installed", [], {
      config: config(trusted(parts), {
        exec: { apiVersion: execVersion, interactiveMode: "Never", command: "no-such-plugin" },
      }),
    }),
  ];
}
