import { defineCheck, defineFinding, nodeRef, reads, readsOn, refOf } from "../../model/define.ts";
import { groupBy, type StoppedFlow, seenIn, stoppedBy } from "../../model/flow-outcome.ts";
import type { EndpointSlice, ObjectRef } from "../../model/kubernetes.ts";

export const portClosed = defineFinding<{
  readonly protocol: string;
  readonly port: number;
  readonly address: string;
  readonly listensOn: readonly string[];
}>({
  id: "port-closed",
  severity: "error",
  what: ({ protocol, port, address, listensOn }) =>
    `has no process that listens on ${protocol} ${port} at ${address}${listensOn.length === 0 ? "" : `; the port is open at ${listensOn.join(", ")}`}`,
  why: () =>
    "The packet arrives and the kernel answers it with a reset or an ICMP message, which clients see as connection refused. The network did its part.",
  next: (_, { kind, namespace, name }) =>
    kind === "Pod"
      ? [
          reads("kubectl", "-n", namespace, "get", "pod", name, "-o", "jsonpath={.spec.containers[*].ports}"),
          reads("kubectl", "-n", namespace, "logs", name, "--all-containers", "--tail=20"),
        ]
      : [readsOn(name, "ss", "-ltunp")],
});

/** Ports asked for directly, or of endpoints that are no Pod of their own network; the others are service/target-port's. */
export const pathListening = defineCheck({
  id: "path/listening",
  question: "Does something listen where packets arrive that go past Services?",
  needs: ["probed", "flows", "endpointSlices"],
  raises: [portClosed],
  run({ flows, endpointSlices }) {
    // A packet lost or rejected on its way says nothing of what listens at its end: the kernel's own answer is "refused".
    const closed = stoppedBy(flows, "not-listening").filter(
      (one) => !ofService(one, endpointSlices) && (!one.seen || isRefused(one)),
    );
    const groups = groupBy(closed, (one) => {
      const { kind, namespace, name } = subjectOf(one);
      return `${kind} ${namespace}/${name} ${one.result.flow.protocol} ${one.stop.port}`;
    });
    const findings = [...groups.values()].flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { address, port, listensOn } = first.stop;
      const protocol = first.result.flow.protocol.toUpperCase();
      return [portClosed.at(subjectOf(first), { protocol, port, address, listensOn }, seenIn(group))];
    });
    return { examined: flows.filter(({ flow }) => flow.protocol !== "icmp").length, findings };
  },
});

type NotListening = StoppedFlow<"not-listening">;

const isRefused = ({ result: { observed } }: NotListening): boolean =>
  observed.known && observed.value.outcome === "refused";

/** The Pod on whose network the packet arrives; where that is the Node's, the Pod that was meant, or the Node. */
function subjectOf({ result: { flow }, stop }: NotListening): ObjectRef {
  if (stop.pod !== null) {
    const [namespace = "", name = ""] = stop.pod.split("/");
    return refOf("Pod", { namespace, name });
  }
  return flow.to.kind === "Pod" ? refOf("Pod", flow.to) : nodeRef(stop.node);
}

/** A Service sends to this port of this Pod: whether it listens is asked, and told, by Service. */
function ofService({ result: { flow }, stop }: NotListening, slices: readonly EndpointSlice[]): boolean {
  return (
    stop.pod !== null &&
    slices.some(
      ({ ports, endpoints }) =>
        ports.some(({ port, protocol }) => port === stop.port && protocol.toLowerCase() === flow.protocol) &&
        endpoints.some(({ addresses }) => addresses.includes(stop.address)),
    )
  );
}
