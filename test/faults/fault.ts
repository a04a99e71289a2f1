import type { Lab, LabSettings } from "./lab.ts";

/** The finding a fault must be named as. A finding about the whole cluster has kind "Cluster", no namespace, name "cluster". */
export interface Expectation {
  readonly id: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** A warning where the finding names what will fail, and the lab has already made it fail. */
  readonly severity: "error" | "warning";
}

/** One way a cluster's network is really broken, tried by hand first. `workload` is in the lab before `inject`. */
export interface Fault {
  /** The folder's name. */
  readonly name: string;
  /** What happened, as a colleague would tell it. */
  readonly story: string;
  readonly lab: LabSettings;
  /** More objects than the shop workload has; healed away by `heal`. */
  setUp?(lab: Lab): Promise<void>;
  inject(lab: Lab): Promise<void>;
  /** Rejects unless a user is really hurt. Uses kubectl, curl, dig and ping only. */
  prove(lab: Lab): Promise<void>;
  readonly expect: Expectation;
  /**
   * Where the finding prints changing commands, the suite runs them as printed and asks for a healthy report; here is why they are not the
   * whole fix of this fault, and are not run.
   */
  readonly fixTakesMore?: string;
  /** Undoes it all and waits until the cluster is healthy; "lab-down": not worth healing, the lab is thrown away. */
  readonly heal: ((lab: Lab) => Promise<void>) | "lab-down";
}
