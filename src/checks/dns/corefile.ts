import { defineCheck, defineFinding, evidence, reads, refOf } from "../../model/define.ts";
import type { CorefilePlugin, CorefileServer } from "../../model/dns.ts";
import { failedLookups, isLoopback, ownAddresses, symptomsOfDeadDns, symptomsOfLoop } from "../../model/dns-loop.ts";

const look = (namespace: string, name: string) => [
  reads("kubectl", "-n", namespace, "get", "configmap", name, "-o", "jsonpath={.data.Corefile}"),
  reads("kubectl", "-n", namespace, "logs", "--selector", "k8s-app=kube-dns", "--tail=20"),
];

export const clusterDnsForwardingLoop = defineFinding<{ readonly target: string; readonly line: number }>({
  id: "cluster-dns-forwarding-loop",
  severity: "error",
  what: ({ target, line }) => `forwards queries to ${target}, which is the cluster DNS itself (Corefile line ${line})`,
  why: () =>
    "A name outside the cluster goes round until it times out or, with the `loop` plugin, CoreDNS stops at start and restarts for ever.",
  next: (_, { namespace, name }) => [
    ...look(namespace, name),
    { run: ["kubectl", "-n", namespace, "edit", "configmap", name], effect: "changes", onNode: null },
  ],
});
export const corefileWithoutKubernetes = defineFinding<{ readonly domain: string }>({
  id: "corefile-without-kubernetes-plugin",
  severity: "error",
  what: ({ domain }) => `has a Corefile without the \`kubernetes\` plugin for ${domain}`,
  why: () =>
    "CoreDNS then knows no Service and no Pod: it sends their names to the upstream servers, which answer that they do not exist.",
  next: (_, { namespace, name }) => [
    ...look(namespace, name),
    { run: ["kubectl", "-n", namespace, "edit", "configmap", name], effect: "changes", onNode: null },
  ],
});
export const corefileUnparsable = defineFinding<{ readonly problem: string }>({
  id: "corefile-unparsable",
  severity: "warning",
  what: ({ problem }) => `has a Corefile that could not be read: ${problem}`,
  why: () =>
    "CoreDNS that reads it at its next start or reload refuses it; running replicas go on with the old one until they restart.",
  next: (_, { namespace, name }) => look(namespace, name),
});

/** https://coredns.io/manual/toc/#configuration: what the ConfigMap says, which a replica may not have read yet. */
export const dnsCorefile = defineCheck({
  id: "dns/corefile",
  question: "Does CoreDNS serve the cluster's names and forward the others to somebody else?",
  needs: ["dns", "services", "pods", "flows"],
  raises: [clusterDnsForwardingLoop, corefileWithoutKubernetes, corefileUnparsable],
  run({ dns, services, pods, flows }) {
    if (dns.config === null) return { examined: 0, findings: [] };
    const [namespace = "", name = ""] = dns.config.configMap.split("/");
    const subject = refOf("ConfigMap", { namespace, name });
    const source = `api/configmaps`;
    const { corefile } = dns.config;
    if (!corefile.known)
      return {
        examined: 1,
        findings: [
          corefileUnparsable.at(
            subject,
            { problem: corefile.detail },
            {
              confidence: "inferred",
              evidence: [evidence(source, `${dns.config.configMap} data.Corefile`, corefile.detail)],
            },
          ),
        ],
      };
    const servers = corefile.value.servers;
    const own = ownAddresses(services, pods);
    // Another port of the loopback is somebody else in the Pod: a sidecar, a second server.
    const listensOn = new Set(servers.flatMap(({ zones }) => zones.map(({ port }) => port)));
    const loops = servers.flatMap((server) =>
      forwards(server).flatMap(({ plugin, targets }) =>
        targets
          .filter(({ host, port }) => own.has(host) || (isLoopback(host) && listensOn.has(port)))
          .map(({ host }) => ({ plugin, target: host })),
      ),
    );
    const findings = loops.slice(0, 1).map(({ plugin, target }) =>
      clusterDnsForwardingLoop.at(
        subject,
        { target, line: plugin.line },
        {
          confidence: "proven",
          evidence: [
            evidence(
              source,
              `${dns.config?.configMap} data.Corefile line ${plugin.line}`,
              `${plugin.name} ${plugin.args.join(" ")}`,
            ),
          ],
          explains: symptomsOfLoop(namespace, services, flows),
        },
      ),
    );
    const served = servers.some((server) => server.plugins.some((plugin) => servesDomain(plugin, server, dns.domain)));
    if (served) return { examined: servers.length, findings };
    return {
      examined: servers.length,
      findings: [
        ...findings,
        corefileWithoutKubernetes.at(
          subject,
          { domain: dns.domain },
          {
            confidence: "proven",
            evidence: [
              evidence(
                source,
                `${dns.config.configMap} data.Corefile`,
                servers
                  .map(
                    (server) =>
                      `${server.zones.map(({ zone }) => zone).join(" ")}: ${server.plugins.map((plugin) => plugin.name).join(" ")}`,
                  )
                  .join("; "),
              ),
            ],
            explains: [...failedLookups(flows, false), ...symptomsOfDeadDns(namespace, services)],
          },
        ),
      ],
    };
  },
});

/** `forward FROM TO...`: TO is an address, address:port, scheme://address or a file such as /etc/resolv.conf. */
function forwards(server: CorefileServer) {
  return server.plugins
    .filter(({ name }) => name === "forward" || name === "proxy")
    .map((plugin) => ({
      plugin,
      targets: plugin.args
        .slice(1)
        .filter((target) => !target.startsWith("/"))
        .map((target) => address(target.replace(/^[a-z]+:\/\//, ""))),
    }));
}
function address(target: string): { readonly host: string; readonly port: number } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(target);
  if (bracketed !== null) return { host: bracketed[1] ?? "", port: Number(bracketed[2] ?? 53) };
  const [host = "", port = "53", ...more] = target.split(":");
  return more.length > 0 ? { host: target, port: 53 } : { host, port: Number(port) };
}
/** Without zones of its own the plugin serves the server block's. */
function servesDomain(plugin: CorefilePlugin, server: CorefileServer, domain: string): boolean {
  // k8s_external and others build on it; "import" that could not be resolved may hold it.
  if (plugin.name === "import") return true;
  if (plugin.name !== "kubernetes") return false;
  const zones = plugin.args.length > 0 ? plugin.args : server.zones.map(({ zone }) => zone);
  return zones.some((zone) => covers(zone, domain));
}
function covers(zone: string, domain: string): boolean {
  const bare = zone.replace(/\.$/, "").toLowerCase();
  return bare === "" || domain === bare || domain.endsWith(`.${bare}`);
}
