import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { FlowResult } from "../../model/flow.ts";
import type { Service } from "../../model/kubernetes.ts";

export const externalNameLoop = defineFinding<{ readonly ring: readonly string[] }>({
  id: "external-name-loop",
  severity: "error",
  what: ({ ring }) => `is an alias that leads back to itself: ${ring.join(" to ")}`,
  why: () => "Each name is a CNAME of the next, so that no lookup ever ends in an address.",
  next: ({ ring }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "service", name, "-o", "jsonpath={.spec.externalName}"),
    ...ring.slice(1, 2).map((next) => {
      const [other = "", service = ""] = next.split("/");
      return reads("kubectl", "-n", other, "get", "service", service, "-o", "jsonpath={.spec.externalName}");
    }),
  ],
});
export const externalNameUnresolvable = defineFinding<{ readonly target: string; readonly inCluster: boolean }>({
  id: "external-name-unresolvable",
  severity: "error",
  what: ({ target, inCluster }) =>
    inCluster
      ? `is an alias of \`${target}\`, and there is no such Service`
      : `is an alias of \`${target}\`, a name that does not exist for the cluster DNS`,
  why: () =>
    "The Service's name is a CNAME to a name without an address: what looks it up is told that it does not exist.",
  next: ({ target, inCluster }, { namespace, name }) => [
    reads("kubectl", "-n", namespace, "get", "service", name, "-o", "jsonpath={.spec.externalName}"),
    // Names of the cluster mean nothing to the machine that reads this; SERVICE.NAMESPACE.svc.DOMAIN (dns/specification).
    inCluster
      ? reads("kubectl", "-n", target.split(".")[1] ?? namespace, "get", "services")
      : reads("nslookup", target),
  ],
});

/** A Service of type ExternalName is a CNAME record (kubernetes/dns, docs/specification.md 2.5): followed here as a resolver would. */
export const serviceExternalNames = defineCheck({
  id: "service/external-names",
  question: "Does every ExternalName Service stand for a name that exists?",
  needs: ["services", "dns", "flows"],
  raises: [externalNameLoop, externalNameUnresolvable],
  run({ services, dns, flows }) {
    const byName = new Map(services.map((service) => [keyOf(service), service]));
    const aliases = services.filter(({ type, externalName }) => type === "ExternalName" && externalName !== "");
    const rings = new Set<string>();
    const findings = aliases.flatMap((service) => {
      const ring = ringFrom(service, byName, dns.domain);
      if (ring.length > 0) {
        const id = [...ring].sort().join(" ");
        if (rings.has(id)) return [];
        rings.add(id);
        return [
          externalNameLoop.at(
            refOf("Service", service),
            { ring: [...ring, ring[0] ?? ""] },
            { confidence: "proven", evidence: ring.slice(0, 3).map((name) => pointer(byName.get(name), name)) },
          ),
        ];
      }
      return unresolvable(service, byName, dns.domain, flows);
    });
    return { examined: aliases.length, findings };
  },
});

const keyOf = ({ namespace, name }: Service): string => `${namespace}/${name}`;
const bare = (name: string): string => name.toLowerCase().replace(/\.$/, "");
const pointer = (service: Service | undefined, name: string) =>
  evidence("api/services", `${name} spec.externalName`, service?.externalName ?? "");

/** "web.shop.svc.cluster.local" → "shop/web"; null for every other name. */
function serviceNamed(name: string, domain: string): string | null {
  const ending = `.svc.${domain}`;
  const host = bare(name);
  if (!host.endsWith(ending)) return null;
  const labels = host.slice(0, -ending.length).split(".");
  return labels.length === 2 ? `${labels[1]}/${labels[0]}` : null;
}

/** The Services of a ring that begins and ends here; empty where the way ends elsewhere. */
function ringFrom(service: Service, byName: ReadonlyMap<string, Service>, domain: string): readonly string[] {
  const passed: string[] = [];
  for (let at: Service | undefined = service; at !== undefined && at.type === "ExternalName"; ) {
    const key = keyOf(at);
    if (passed.includes(key)) return key === passed[0] ? passed : [];
    passed.push(key);
    at = byName.get(serviceNamed(at.externalName, domain) ?? "");
  }
  return [];
}

function unresolvable(
  service: Service,
  byName: ReadonlyMap<string, Service>,
  domain: string,
  flows: readonly FlowResult[],
) {
  const target = bare(service.externalName);
  const named = serviceNamed(target, domain);
  const lookup = flows.find(({ flow }) => flow.purpose === "external-name" && flow.dns?.name === `${target}.`);
  const missing = lookup?.observed.known === true && lookup.observed.value.outcome === "nxdomain";
  const gone = named !== null && !byName.has(named);
  if (!gone && (named !== null || !missing)) return [];
  return [
    externalNameUnresolvable.at(
      refOf("Service", service),
      { target, inCluster: gone },
      {
        confidence: "proven",
        evidence: [
          pointer(service, keyOf(service)),
          ...(gone ? [evidence("api/services", named ?? "", "no such Service")] : []),
          ...(missing && lookup !== undefined
            ? [evidence(`probe/${lookup.flow.id}`, `dig ${target}. A`, "NXDOMAIN")]
            : []),
        ],
      },
    ),
  ];
}
