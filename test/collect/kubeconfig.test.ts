import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { defaultNamespace, findAccess } from "../../src/collect/api/access.ts";
import { accessErrorOf as errorOf } from "../support/api-double/access-error-of.ts";
import { temporaryDirectory } from "../support/api-double/kubeconfig.ts";

const FIRST = `
apiVersion: v1
kind: Config
current-context: ""
clusters:
- {name: shared, cluster: {server: "https://first.example"}}
users:
- {name: ada, user: {token: first, tokenFile: token}}
contexts:
- {name: one, context: {cluster: shared, user: ada, namespace: shop}}
`;
const SECOND = `
current-context: one
clusters:
- {name: shared, cluster: {server: "https://second.example"}}
- {name: other, cluster: {server: "https://other.example/k8s/clusters/c-1/", certificate-authority: pki/ca.pem}}
contexts:
- {name: two, context: {cluster: other, user: ada}}
- {name: broken, context: {cluster: gone, user: ada}}
`;

function folder() {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  return directory;
}

function withEnv(env: Record<string, string>) {
  return { env, serviceAccountDir: "/nonexistent" };
}

describe("KUBECONFIG with several files", () => {
  test("ignores files that do not exist and empty entries", async () => {
    const directory = folder();
    const paths = ["", join(directory.path, "missing"), directory.write("a", FIRST), directory.write("b", SECOND)];
    const access = await findAccess({}, withEnv({ KUBECONFIG: paths.join(":") }));
    expect(access.context).toBe("one");
  });

  test("lets the first definition of a name win, and the first current context", async () => {
    const directory = folder();
    const paths = [directory.write("a", FIRST), directory.write("b", SECOND)];
    const access = await findAccess({}, withEnv({ KUBECONFIG: paths.join(":") }));
    expect(access.cluster.server).toBe("https://first.example");
    expect(access.namespace).toBe("shop");
  });

  test("takes an empty file for an empty kubeconfig", async () => {
    const directory = folder();
    const paths = [
      directory.write("empty", ""),
      directory.write("comment", "# nothing\n"),
      directory.write("a", FIRST),
    ];
    const access = await findAccess({ context: "one" }, withEnv({ KUBECONFIG: paths.join(":") }));
    expect(access.cluster.server).toBe("https://first.example");
  });

  test("resolves relative paths against the file that names them", async () => {
    const directory = folder();
    const paths = [directory.write("a", FIRST), directory.write("b", SECOND)];
    const access = await findAccess({ context: "two" }, withEnv({ KUBECONFIG: paths.join(":") }));
    expect(access.cluster["certificate-authority"]).toBe(join(directory.path, "pki/ca.pem"));
    expect(access.user.tokenFile).toBe(join(directory.path, "token"));
    expect(access.cluster.server).toBe("https://other.example/k8s/clusters/c-1");
  });
});

describe("flags", () => {
  test("lie over the kubeconfig's cluster, user and namespace", async () => {
    const kubeconfig = folder().write("a", FIRST);
    const access = await findAccess(
      {
        kubeconfig,
        context: "one",
        namespace: "billing",
        server: "https://10.0.0.1:6443",
        token: "flag",
        as: "ada",
        asGroups: ["ops", "dev"],
        asUid: "7",
        tlsServerName: "api.example",
        insecureSkipTlsVerify: true,
      },
      withEnv({}),
    );
    expect(access.namespace).toBe("billing");
    expect(access.cluster).toMatchObject({ server: "https://10.0.0.1:6443", "tls-server-name": "api.example" });
    expect(access.user).toMatchObject({ token: "flag", tokenFile: "", as: "ada", "as-groups": ["ops", "dev"] });
  });

  test("name a server without any kubeconfig", async () => {
    const access = await findAccess({ server: "http://127.0.0.1:8001" }, withEnv({}));
    expect(access.cluster.server).toBe("http://127.0.0.1:8001");
    expect(access.namespace).toBe("default");
  });

  test("an authority given by flag replaces the kubeconfig's inline one", async () => {
    const kubeconfig = folder().write(
      "a",
      FIRST.replace("first.example", 'first.example", certificate-authority-data: "QQ=='),
    );
    const access = await findAccess({ kubeconfig, context: "one", certificateAuthority: "/etc/ca.pem" }, withEnv({}));
    expect(access.cluster["certificate-authority"]).toBe("/etc/ca.pem");
    expect(access.cluster["certificate-authority-data"]).toBe("");
  });
});

describe("inside a Pod", () => {
  test("the service account is used when there is no kubeconfig", async () => {
    const directory = folder();
    directory.write("token", "t\n");
    directory.write("namespace", "agents\n");
    const access = await findAccess(
      {},
      {
        env: { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" },
        serviceAccountDir: directory.path,
      },
    );
    expect(access.cluster.server).toBe("https://[fd00::1]:443");
    expect(access.namespace).toBe("agents");
    expect(access.user.tokenFile).toBe(join(directory.path, "token"));
  });

  test("a kubeconfig without a current context leaves the service account, and without one is an error", async () => {
    const directory = folder();
    directory.write("token", "t\n");
    const kubeconfig = directory.write("a", FIRST);
    const env = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443", POD_NAMESPACE: "tools" };
    const access = await findAccess({ kubeconfig }, { env, serviceAccountDir: directory.path });
    expect(access).toMatchObject({ namespace: "tools", cluster: { server: "https://10.96.0.1:443" } });
    const error = await errorOf(findAccess({ kubeconfig }, withEnv({})));
    expect(error.kind).toBe("no-such-context");
  });
});

describe("the namespace of a name without one", () => {
  test("is the flag's, else the context's, else default, with or without a kubeconfig", async () => {
    const kubeconfig = folder().write("a", FIRST);
    expect(await defaultNamespace({ kubeconfig, context: "one", namespace: "billing" }, withEnv({}))).toBe("billing");
    expect(await defaultNamespace({ kubeconfig, context: "one" }, withEnv({}))).toBe("shop");
    expect(await defaultNamespace({ kubeconfig, context: "missing" }, withEnv({}))).toBe("default");
    expect(await defaultNamespace({}, withEnv({}))).toBe("default");
  });
});

describe("what is wrong is said in a line", () => {
  test("no kubeconfig anywhere", async () => {
    const error = await errorOf(findAccess({}, withEnv({})));
    expect(error).toMatchObject({ kind: "no-kubeconfig", message: "no kubeconfig was found" });
    expect(error.hint).toContain("--kubeconfig");
  });

  test("a named kubeconfig that does not exist", async () => {
    const error = await errorOf(findAccess({ kubeconfig: "/nonexistent/config" }, withEnv({})));
    expect(error).toMatchObject({ kind: "no-kubeconfig" });
    expect(error.message).toContain("/nonexistent/config does not exist");
  });

  test("YAML that does not parse names the file", async () => {
    const kubeconfig = folder().write("a", "clusters: [");
    const error = await errorOf(findAccess({ kubeconfig }, withEnv({})));
    expect(error.kind).toBe("bad-kubeconfig");
    expect(error.message).toContain(kubeconfig);
  });

  test("a wrong type names the field and never the value", async () => {
    const kubeconfig = folder().write("a", "users:\n- name: ada\n  user: {token: 123456789}\n");
    const error = await errorOf(findAccess({ kubeconfig }, withEnv({})));
    expect(error.kind).toBe("bad-kubeconfig");
    expect(error.message).toContain("users.0.user.token");
    expect(error.message).not.toContain("123456789");
  });

  test("an unknown context lists those there are", async () => {
    const kubeconfig = folder().write("a", FIRST);
    const error = await errorOf(findAccess({ kubeconfig, context: "prod" }, withEnv({})));
    expect(error).toMatchObject({ kind: "no-such-context", message: "the kubeconfig has no context `prod`" });
    expect(error.hint).toContain("one");
  });

  test("no current context", async () => {
    const kubeconfig = folder().write("a", FIRST);
    const error = await errorOf(findAccess({ kubeconfig }, withEnv({})));
    expect(error).toMatchObject({ kind: "no-such-context", message: "the kubeconfig has no current context" });
  });

  test("a context that names a missing cluster", async () => {
    const directory = folder();
    const paths = [directory.write("a", FIRST), directory.write("b", SECOND)];
    const error = await errorOf(findAccess({ context: "broken" }, withEnv({ KUBECONFIG: paths.join(":") })));
    expect(error.kind).toBe("bad-kubeconfig");
    expect(error.message).toContain("`gone`");
  });

  test.each(["https://", "ftp://cluster.example", "https://ada:hush-hush@cluster.example", "https://a b"])(
    "a server that is no URL: %s",
    async (server) => {
      const error = await errorOf(findAccess({ server }, withEnv({})));
      expect(error).toMatchObject({ kind: "bad-kubeconfig" });
      expect(error.message).not.toContain("hush-hush");
    },
  );

  test("a name that one file defines twice, which kubectl refuses too", async () => {
    const kubeconfig = folder().write("a", "users:\n- {name: ada, user: {}}\n- {name: ada, user: {}}\n");
    const error = await errorOf(findAccess({ kubeconfig }, withEnv({})));
    expect(error).toMatchObject({ kind: "bad-kubeconfig", message: expect.stringContaining("`ada` is defined twice") });
  });

  test.each([
    ["a certificate without its key", { "client-certificate": "a.pem" }, "--client-key"],
    ["a token and a password", { token: "t", username: "u", password: "p" }, "Remove one"],
    ["an unknown auth-provider", { "auth-provider": { name: "ldap" } }, "credential plugin"],
  ])("%s", async (_, user, hint) => {
    const text = FIRST.replace("{token: first, tokenFile: token}", JSON.stringify(user));
    const kubeconfig = folder().write("a", text);
    const error = await errorOf(findAccess({ kubeconfig, context: "one" }, withEnv({})));
    expect(error).toMatchObject({ kind: "bad-kubeconfig", hint: expect.stringContaining(hint) });
  });

  test("a user that a flag names and the kubeconfig lacks", async () => {
    const kubeconfig = folder().write("a", FIRST);
    const error = await errorOf(findAccess({ kubeconfig, context: "one", user: "eve" }, withEnv({})));
    expect(error).toMatchObject({ message: "the kubeconfig has no user `eve`", hint: "Choose one with --user: ada" });
  });

  test("impersonated groups without a user", async () => {
    const error = await errorOf(findAccess({ server: "https://a.example", asGroups: ["ops"] }, withEnv({})));
    expect(error.hint).toContain("--as");
  });

  test("an auth-provider that Kubernetes removed names its successor", async () => {
    const kubeconfig = folder().write(
      "a",
      FIRST.replace("{token: first, tokenFile: token}", "{auth-provider: {name: gcp}}"),
    );
    const error = await errorOf(findAccess({ kubeconfig, context: "one" }, withEnv({})));
    expect(error.hint).toContain("gke-gcloud-auth-plugin");
  });
});
