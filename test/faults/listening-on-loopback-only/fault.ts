import type { Fault } from "../fault.ts";
import { deployment, removeDeployment, serviceOf } from "../objects.ts";
import { cannotGet, works } from "../proof.ts";
import { apply } from "../workload.ts";

/** A server without a readiness probe, as no probe of the kubelet would come through either. */
const server = {
  image: "nicolaka/netshoot:v0.14",
  command: ["socat", "TCP-LISTEN:8080,bind=127.0.0.1,fork,reuseaddr", "SYSTEM:echo HTTP/1.0 200 OK; echo; echo hello"],
  readinessProbe: undefined,
};

export const fault: Fault = {
  name: "listening-on-loopback-only",
  story: "The program of shop/wallet listens on localhost, as on its author's machine, and its Pod is Ready.",
  lab: {},
  inject: async (lab) => {
    await apply(lab, deployment("wallet", server), serviceOf("wallet"));
    await lab.kubectl(["-n", "shop", "rollout", "status", "deployment/wallet", "--timeout=60s"]);
  },
  prove: async (lab) => {
    await cannotGet(lab, "client-node1", "http://wallet/");
    await works(lab, "deployment/wallet", ["curl", "-sS", "http://127.0.0.1:8080/"]);
  },
  expect: { id: "listening-on-loopback-only", kind: "Service", namespace: "shop", name: "wallet", severity: "error" },
  heal: (lab) => removeDeployment(lab, "wallet"),
};
