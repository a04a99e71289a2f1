import { nodeProgram, probeProgram, serverProgram, witnessProgram } from "../scripts.ts";

/** What the objects of one run have in common. */
export interface RunOptions {
  readonly run: string;
  readonly image: string;
  readonly pullPolicy: "IfNotPresent" | "Always" | "Never";
  readonly pullSecret: string | null;
  /** Without them only Nodes are read: no probe Pod, no Service. */
  readonly probes: boolean;
  /** RFC 3339; told in an annotation so that `cleanup` can tell how old a leftover is. */
  readonly startedAt: string;
  /** The server's own limit for the Pods of a run that was killed. */
  readonly deadlineSeconds: number;
  /** Set where the Pods are to stay for later runs. */
  readonly kept?: KeptRun;
}
/** What a later run must know to use the Pods of this one. */
export interface KeptRun {
  /** RFC 3339. */
  readonly until: string;
  /** Who made them: nobody else's run uses or deletes them. */
  readonly owner: string;
  /** A digest of the programs in them: another version cannot use them. */
  readonly programs: string;
}
export const keptLabel = "netdoctor.dev/kept";

const managedBy = { "app.kubernetes.io/managed-by": "netdoctor" } as const;
const runLabel = "netdoctor.dev/run";
export const namespaceOf = (run: string): string => `netdoctor-${run}`;
export const probePort = 8080;

const metadata = (options: RunOptions, name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: namespaceOf(options.run),
  labels: { ...managedBy, [runLabel]: options.run, ...labels },
  annotations: { "netdoctor.dev/started": options.startedAt },
});

/** The one object that owns all others: deleting it deletes the run. */
export function runNamespace(options: RunOptions) {
  const level = "privileged";
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: namespaceOf(options.run),
      labels: {
        ...managedBy,
        [runLabel]: options.run,
        ...(options.kept === undefined ? {} : { [keptLabel]: "true" }),
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/audit": level,
        "pod-security.kubernetes.io/warn": level,
      },
      // An empty selector lifts OpenShift's default one, which keeps Pods off the control plane.
      annotations: {
        "netdoctor.dev/started": options.startedAt,
        "openshift.io/node-selector": "",
        ...(options.kept === undefined
          ? {}
          : {
              "netdoctor.dev/image": options.image,
              "netdoctor.dev/kept-until": options.kept.until,
              "netdoctor.dev/owner": options.kept.owner,
              "netdoctor.dev/programs": options.kept.programs,
            }),
      },
    },
  };
}

/** The account that Pods get which name none; without it the API server refuses them. This one's token is mounted nowhere, and it has no rights. */
export function runAccount(options: RunOptions) {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(options, "default") };
}

const meshOptOut = { "sidecar.istio.io/inject": "false", "linkerd.io/inject": "disabled" } as const;

function podDefaults(options: RunOptions, node: string) {
  return {
    // Past the scheduler: it must start on a Node that is cordoned, tainted or without a network.
    nodeName: node,
    restartPolicy: "Never",
    activeDeadlineSeconds: options.deadlineSeconds,
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    tolerations: [{ operator: "Exists" }],
    ...(options.pullSecret === null ? {} : { imagePullSecrets: [{ name: options.pullSecret }] }),
  };
}
const resources = { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "256Mi" } } as const;

/** Privileged, in the Node's own namespaces; needs no CNI to start. `index` keeps the name short whatever the Node is called. */
export function nodePod(options: RunOptions, node: string, index: number) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata(options, `node-${index}`, { "netdoctor.dev/role": "node", ...meshOptOut }),
      annotations: { "netdoctor.dev/started": options.startedAt, "openshift.io/required-scc": "privileged" },
    },
    spec: {
      ...podDefaults(options, node),
      hostNetwork: true,
      hostPID: true,
      dnsPolicy: "Default",
      containers: [
        {
          name: "node",
          image: options.image,
          imagePullPolicy: options.pullPolicy,
          // First what starting Pods would change: the reference bridge plugin turns IP forwarding on, takes its bridge up and gives it
          // its address (plugins/main/bridge, EnableForward, ensureBridge, ensureAddr).
          command: [
            "sh",
            "-c",
            "grep -H . /proc/sys/net/ipv4/ip_forward > /tmp/at-start; ip -j addr show > /tmp/addr-at-start; trap 'exit 0' TERM INT; while :; do sleep 5 & wait $!; done",
          ],
          // In the environment, so that an exec's URL stays short: proxies cut long ones.
          env: [
            { name: "NETDOCTOR_NODE", value: escapeReferences(nodeProgram) },
            { name: "NETDOCTOR_PROBE", value: escapeReferences(probeProgram) },
            { name: "NETDOCTOR_WITNESS", value: escapeReferences(witnessProgram) },
          ],
          securityContext: { privileged: true, runAsUser: 0 },
          resources,
        },
      ],
    },
  };
}

/** Unprivileged, on the Pod network, within the "restricted" PodSecurity level: the cluster's ordinary tenant. */
export function probePod(options: RunOptions, node: string, index: number) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadata(options, `probe-${index}`, { "netdoctor.dev/role": "probe", ...meshOptOut }),
    spec: {
      ...podDefaults(options, node),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65534,
        runAsGroup: 65534,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "probe",
          image: options.image,
          imagePullPolicy: options.pullPolicy,
          command: ["sh", "-c", serverProgram.replaceAll("$(", "$$(")],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources,
        },
      ],
    },
  };
}

/** One in front of every probe Pod, and one that only chooses an endpoint on the client's own Node: the client itself. */
export function probeService(options: RunOptions, name: "probe" | "hairpin") {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(options, name),
    spec: {
      selector: { [runLabel]: options.run, "netdoctor.dev/role": "probe" },
      internalTrafficPolicy: name === "hairpin" ? "Local" : "Cluster",
      ports: [{ name: "tcp", port: probePort, targetPort: probePort, protocol: "TCP" }],
    },
  };
}

/** The kubelet expands $(NAME) in env values and commands; $$( stands for $(. */
function escapeReferences(program: string): string {
  return program.replaceAll("$(", "$$(");
}

/** Every object the run would create, in order, for `--dry-run`. */
export function sessionObjects(options: RunOptions, nodes: readonly string[]): readonly object[] {
  return [
    runNamespace(options),
    runAccount(options),
    ...(options.probes ? [probeService(options, "probe"), probeService(options, "hairpin")] : []),
    ...nodes.flatMap((node, index) => [
      nodePod(options, node, index),
      ...(options.probes ? [probePod(options, node, index)] : []),
    ]),
  ];
}
