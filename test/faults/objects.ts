import type { Lab } from "./lab.ts";
import { service, webPod } from "./workload.ts";

/** A Deployment in namespace shop whose Pods carry app=<name>; the container is the web server on 8080 with what is given laid over it. */
export function deployment(
  name: string,
  container: object,
  more: { readonly replicas?: number; readonly pod?: object } = {},
): object {
  const [web] = webPod.containers;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop" },
    spec: {
      replicas: more.replicas ?? 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ ...web, ...container }], ...more.pod },
      },
    },
  };
}

/** The Service <name> in front of the Pods with app=<app>, with more of its spec. */
export function serviceWith(name: string, app: string | null, spec: object): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop" },
    spec: { ...(app === null ? {} : { selector: { app } }), ports: [{ port: 80, targetPort: 8080 }], ...spec },
  };
}

export const serviceOf = (name: string): object => service(name, { app: name }, 8080);

/** Deletes objects of namespace shop ("deployment/slow") and waits until they are gone. */
export async function remove(lab: Lab, ...names: readonly string[]): Promise<void> {
  await lab.kubectl(["-n", "shop", "delete", "--ignore-not-found", "--timeout=60s", ...names]);
}

/** Waits until no Pod carries app=<name> any more. */
export async function removeDeployment(lab: Lab, name: string): Promise<void> {
  await remove(lab, `deployment/${name}`, `service/${name}`);
  await lab.waitFor(`the Pods of ${name} to go`, async () => {
    return (await lab.kubectl(["-n", "shop", "get", "pods", "-l", `app=${name}`, "-o", "name"])) === "";
  });
}
