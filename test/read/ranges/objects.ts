/** Objects as the API serves them, with no more than ranges are read from. */

export interface NodeParts {
  readonly podCIDRs?: readonly string[];
  readonly ips?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function node(name: string, { podCIDRs = [], ips = [], labels = {}, annotations = {} }: NodeParts = {}): object {
  const addresses = ips.map((address) => ({ type: "InternalIP", address }));
  return { metadata: { name, labels, annotations }, spec: { podCIDRs }, status: { addresses } };
}

export function pod(
  name: string,
  nodeName: string,
  ip: string,
  more: { readonly status?: object; readonly metadata?: object; readonly spec?: object } = {},
): object {
  return {
    metadata: { name, namespace: "shop", ...more.metadata },
    spec: { nodeName, ...more.spec },
    status: { phase: "Running", podIP: ip, podIPs: [{ ip }], ...more.status },
  };
}

/** A control-plane Pod on Node n1 with these arguments. */
export function cpPod(component: string, args: readonly string[]): object {
  return {
    metadata: { name: `${component}-n1`, namespace: "kube-system" },
    spec: { hostNetwork: true, containers: [{ name: component, command: [component, ...args] }] },
    status: { phase: "Running" },
  };
}

export function service(name: string, clusterIP: string): object {
  return { metadata: { name, namespace: "shop" }, spec: { clusterIP, clusterIPs: [clusterIP] } };
}

export function configMap(name: string, data: Readonly<Record<string, string>>, namespace = "kube-system"): object {
  return { metadata: { name, namespace }, data };
}
