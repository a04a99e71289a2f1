import type { Lab } from "../faults/lab.ts";
import { leftBehind } from "./fault-run.ts";
import { netdoctor, type Run, reportOf } from "./netdoctor.ts";
import { must, type Tally } from "./tally.ts";

const list = (...items: readonly object[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });
const account = (name: string) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "shop" } });
const user = (name: string): string => `system:serviceaccount:shop:${name}`;
const subjects = (name: string) => [{ kind: "ServiceAccount", name, namespace: "shop" }];
const roleRef = (name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name });
const binding = (kind: "RoleBinding" | "ClusterRoleBinding", name: string, role: string) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata: { name: `less-power-${name}`, ...(kind === "RoleBinding" ? { namespace: "shop" } : {}) },
  subjects: subjects(name),
  roleRef: roleRef(role),
});

/** Refuses privileged Pods as an admission policy of a hardened cluster does. */
const noPrivileged = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "less-power-no-privileged" },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      },
      validations: [
        {
          expression:
            "object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || !c.securityContext.privileged)",
          message: 'violates PodSecurity "restricted:latest": privileged',
        },
      ],
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "less-power-no-privileged" },
    spec: {
      policyName: "less-power-no-privileged",
      validationActions: ["Deny"],
      matchResources: {
        namespaceSelector: {
          matchExpressions: [{ key: "app.kubernetes.io/managed-by", operator: "In", values: ["netdoctor"] }],
        },
      },
    },
  },
];

/** Less power gives less, never nothing, never a stack trace, and says what would unlock the rest. */
export async function testLessPower(tally: Tally, lab: Lab): Promise<void> {
  const kubeconfig = await lab.kubeconfig();
  await lab.kubectl(
    ["apply", "-f", "-"],
    list(
      account("reader"),
      account("tenant"),
      account("stranger"),
      binding("ClusterRoleBinding", "reader", "view"),
      binding("RoleBinding", "tenant", "edit"),
    ),
  );
  const as = (name: string, ...argv: string[]) =>
    netdoctor(kubeconfig, ["check", "--as", user(name), "--quiet", "-n", "shop", ...argv]);

  for (const [name, story] of [
    ["reader", "a read-only account"],
    ["tenant", "an account of one namespace"],
    ["stranger", "an account without any right"],
  ] as const) {
    await tally.test(`${story} gets a report of what could not be done and what would unlock it`, async () => {
      const run = await as(name, "-o", "json");
      must(run.exitCode === 4 || run.exitCode === 3, `exit code ${run.exitCode}`);
      mustBeExplained(run);
      must((await leftBehind(lab)).length === 0, (await leftBehind(lab)).join("\n"));
      const human = await as(name);
      must(/rbac/.test(human.stdout + human.stderr), human.stdout + human.stderr);
      return undefined;
    });
  }
  await tally.test("an admission policy against privileged Pods is explained, and nothing is left", async () => {
    await lab.kubectl(["apply", "-f", "-"], list(...noPrivileged));
    try {
      // The policy takes effect some seconds after it was made; until then runs succeed.
      await lab.waitFor(
        "the policy to be in force",
        async () => reportOf(await netdoctor(kubeconfig, ["check", "--quiet", "-o", "json"])).incomplete.length > 0,
        60,
      );
      const run = await netdoctor(kubeconfig, ["check", "--quiet", "-o", "json"]);
      must(run.exitCode === 4, `exit code ${run.exitCode}`);
      mustBeExplained(run);
      must(/PodSecurity/.test(run.stdout), run.stdout);
      must((await leftBehind(lab)).length === 0, (await leftBehind(lab)).join("\n"));
    } finally {
      await lab.kubectl([
        "delete",
        "validatingadmissionpolicy,validatingadmissionpolicybinding",
        "less-power-no-privileged",
      ]);
    }
    return undefined;
  });
  await tally.test("an image that cannot be pulled is explained, and nothing is left", async () => {
    const run = await netdoctor(kubeconfig, [
      "check",
      "--quiet",
      "-o",
      "json",
      "--image",
      "example.invalid/none:1",
      "--image-pull-policy",
      "Never",
    ]);
    must(run.exitCode === 4, `exit code ${run.exitCode}`);
    mustBeExplained(run);
    must(/--image/.test(run.stdout), run.stdout);
    must((await leftBehind(lab)).length === 0, (await leftBehind(lab)).join("\n"));
    return undefined;
  });
  await tally.test("the rights that rbac prints are enough", async () => {
    const role = await netdoctor(kubeconfig, ["rbac"]);
    await lab.kubectl(["apply", "-f", "-"], role.stdout);
    await lab.kubectl(
      ["apply", "-f", "-"],
      list(account("enough"), binding("ClusterRoleBinding", "enough", "netdoctor-full")),
    );
    const run = await as("enough", "-o", "json");
    must(run.exitCode === 0, `exit code ${run.exitCode}: ${run.stdout.slice(0, 2000)}${run.stderr}`);
    must((await leftBehind(lab)).length === 0, (await leftBehind(lab)).join("\n"));
    return undefined;
  });
}

function mustBeExplained(run: Run): void {
  must(!/\n\s+at .*\(?.*:\d+:\d+\)?/.test(run.stderr + run.stdout), `a stack trace: ${run.stderr}`);
  if (run.exitCode === 3) {
    must(run.stderr.trim() !== "", "nothing on stderr");
    return;
  }
  const { incomplete } = reportOf(run);
  must(
    incomplete.length > 0 &&
      incomplete.every(({ what, reason, unlock }) => what !== "" && reason !== "" && unlock !== ""),
    JSON.stringify(incomplete),
  );
}
