import { describe, expect, test } from "vitest";
import * as trim from "../../src/collect/api/trim.ts";

const json = (value: unknown): string => JSON.stringify(value);
const container = {
  name: "app",
  image: "shop/cart:1",
  command: ["serve"],
  args: ["--password=hunter2"],
  env: [{ name: "DB_PASSWORD", value: "hunter2" }],
  envFrom: [{ secretRef: { name: "db" } }],
  ports: [{ name: "http", containerPort: 8080 }],
  volumeMounts: [{ name: "v", mountPath: "/v" }],
};

describe("a Pod", () => {
  const pod = {
    metadata: {
      name: "cart-0",
      namespace: "shop",
      uid: "u1",
      labels: { app: "cart" },
      annotations: {
        "kubectl.kubernetes.io/last-applied-configuration": "hunter2",
        "k8s.v1.cni.cncf.io/networks": "storage",
        "cni.projectcalico.org/podIP": "10.0.0.1/32",
        "vault.example/token": "hunter2",
      },
      managedFields: [{ manager: "kubectl" }],
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "cart", uid: "x", controller: true }],
    },
    spec: {
      nodeName: "node1",
      volumes: [{ name: "v", secret: { secretName: "hunter2" } }],
      containers: [container],
      initContainers: [
        { name: "wait", image: "busybox", env: [{ name: "TOKEN", value: "hunter2" }], restartPolicy: "Always" },
      ],
      dnsPolicy: "None",
      dnsConfig: { options: [{ name: "ndots", value: "2" }] },
      hostNetwork: true,
    },
    status: {
      phase: "Running",
      podIPs: [{ ip: "10.0.0.1" }],
      conditions: [
        { type: "Ready", status: "False", reason: "ContainersNotReady", message: "x".repeat(5000) },
        { type: "Initialized", status: "True", lastTransitionTime: "t" },
      ],
      containerStatuses: [
        {
          name: "app",
          ready: false,
          restartCount: 7,
          imageID: "sha",
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: {},
        },
      ],
      initContainerStatuses: [{ name: "wait", state: { terminated: { reason: "Completed", exitCode: 0 } } }],
    },
  };

  test("keeps what the network needs", () => {
    expect(trim.pod(pod)).toMatchObject({
      metadata: {
        name: "cart-0",
        labels: { app: "cart" },
        annotations: { "k8s.v1.cni.cncf.io/networks": "storage", "cni.projectcalico.org/podIP": "10.0.0.1/32" },
        ownerReferences: [{ kind: "ReplicaSet", name: "cart", controller: true }],
      },
      spec: {
        nodeName: "node1",
        hostNetwork: true,
        dnsPolicy: "None",
        containers: [{ name: "app", image: "shop/cart:1", ports: [{ name: "http", containerPort: 8080 }] }],
        initContainers: [{ name: "wait", restartPolicy: "Always" }],
      },
      status: {
        podIPs: [{ ip: "10.0.0.1" }],
        containerStatuses: [{ restartCount: 7, state: { waiting: { reason: "CrashLoopBackOff" } } }],
      },
    });
  });

  test("drops environment, arguments, volumes, other annotations and managed fields", () => {
    expect(json(trim.pod(pod))).not.toMatch(/hunter2|managedFields|volume|envFrom|"env"|serve/);
  });

  test("has no message longer than a screen", () => {
    expect(json(trim.pod(pod)).length).toBeLessThan(2500);
  });

  test("of the control plane keeps its flags, without credentials and environment", () => {
    const flags = [
      "kube-apiserver",
      "--service-cluster-ip-range=10.96.0.0/12",
      "--etcd-password=hunter2",
      "--token-auth-file=/etc/t",
    ];
    const apiserver = {
      metadata: { name: "kube-apiserver-cp1", namespace: "kube-system", labels: { component: "kube-apiserver" } },
      spec: { containers: [{ ...container, args: undefined, command: flags }] },
    };
    expect(trim.pod(apiserver)).toMatchObject({
      spec: {
        containers: [
          {
            command: [
              "kube-apiserver",
              "--service-cluster-ip-range=10.96.0.0/12",
              "--etcd-password=REDACTED",
              "--token-auth-file=/etc/t",
            ],
          },
        ],
      },
    });
    expect(json(trim.pod(apiserver))).not.toContain("hunter2");
  });

  test("that calls itself a control plane elsewhere does not", () => {
    const impostor = {
      metadata: { name: "vcluster", namespace: "shop", labels: { component: "kube-apiserver" } },
      spec: { containers: [container] },
    };
    expect(json(trim.pod(impostor))).not.toContain("args");
  });

  test("of another shape than expected is passed on for the reader to judge", () => {
    expect(trim.pod({ metadata: { name: "x" }, spec: "none", status: { containerStatuses: 3 } })).toEqual({
      metadata: { name: "x" },
      spec: "none",
      status: { containerStatuses: 3 },
    });
    expect(trim.pod(null)).toBeNull();
  });
});

describe("a workload", () => {
  const env = [
    { name: "CALICO_IPV4POOL_CIDR", value: "10.1.0.0/16" },
    { name: "FELIX_TYPHATOKEN", value: "hunter2" },
    { name: "WEAVE_PASSWORD", value: "hunter2" },
    { name: "IP_AUTODETECTION_METHOD", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
    { name: "EDITOR", value: "vi" },
  ];
  const workload = (namespace: string, name: string) => ({
    metadata: { name, namespace },
    spec: { template: { spec: { containers: [{ name: "c", args: ["--iface=eth0"], env }] } } },
  });

  test.each([
    ["calico-system", "calico-node"],
    ["my-networking", "calico-node"],
    ["kube-system", "anything"],
  ])("of the network (%s/%s) keeps arguments and telling environment", (namespace, name) => {
    expect(trim.workload(workload(namespace, name))).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [{ args: ["--iface=eth0"], env: [{ name: "CALICO_IPV4POOL_CIDR", value: "10.1.0.0/16" }] }],
          },
        },
      },
    });
    expect(json(trim.workload(workload(namespace, name)))).not.toMatch(/hunter2|EDITOR|secretKeyRef/);
  });

  test("of others keeps neither", () => {
    expect(json(trim.workload(workload("shop", "cart")))).not.toMatch(/args|env/);
  });
});

describe("other objects", () => {
  test("a Node keeps addresses, ranges, Pod capacity and network annotations, not its images", () => {
    const node = {
      metadata: { name: "n", annotations: { "flannel.alpha.coreos.com/public-ip": "10.0.0.1", "example.org/x": "y" } },
      spec: { podCIDRs: ["10.244.0.0/24"] },
      status: {
        addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
        images: [{ names: ["a"] }],
        allocatable: { pods: "110", memory: "1Gi" },
      },
    };
    expect(trim.node(node)).toEqual({
      metadata: { name: "n", annotations: { "flannel.alpha.coreos.com/public-ip": "10.0.0.1" } },
      spec: { podCIDRs: ["10.244.0.0/24"] },
      status: { addresses: [{ type: "InternalIP", address: "10.0.0.1" }], allocatable: { pods: "110" } },
    });
  });

  test("a Service keeps its spec whole", () => {
    const service = { metadata: { name: "s", managedFields: [] }, spec: { anything: 1 }, status: { loadBalancer: {} } };
    expect(trim.service(service)).toEqual({
      metadata: { name: "s" },
      spec: { anything: 1 },
      status: { loadBalancer: {} },
    });
  });

  test("an Event's message is capped", () => {
    const event = trim.event({ involvedObject: { kind: "Pod", name: "p" }, message: "m".repeat(9000) });
    expect(json(event).length).toBeLessThan(1200);
    expect(event).toMatchObject({ involvedObject: { kind: "Pod", name: "p" } });
  });

  test("a ConfigMap keeps name, namespace and data only", () => {
    const map = { metadata: { name: "c", namespace: "n", annotations: {} }, data: { a: "b" }, binaryData: { c: "d" } };
    expect(trim.configMap(map)).toEqual({ metadata: { name: "c", namespace: "n" }, data: { a: "b" } });
  });
});
