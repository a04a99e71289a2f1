/** What kube-proxy (iptables mode) and a bridge CNI set on every Node, for the Service shop/web over these endpoints. */
export function baseIptables(endpoints: readonly string[]): string {
  return `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-SVC-WEB - [0:0]
:KUBE-EXT-WEB - [0:0]
:KUBE-SVC-API - [0:0]
${endpoints.map((_, index) => `:KUBE-SEP-${index} - [0:0]`).join("\n")}
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE --random-fully
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-API
-A KUBE-SERVICES -d 10.96.0.50/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-WEB
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web:http" -m tcp --dport 30080 -j KUBE-EXT-WEB
-A KUBE-EXT-WEB -m comment --comment "masquerade traffic for shop/web:http external destinations" -j KUBE-MARK-MASQ
-A KUBE-EXT-WEB -j KUBE-SVC-WEB
-A KUBE-SVC-WEB ! -s 10.244.0.0/16 -d 10.96.0.50/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
${endpoints.map(endpointChoice).join("\n")}
${endpoints.map(endpointChain).join("\n")}
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-FIREWALL - [0:0]
-A INPUT -j KUBE-FIREWALL
-A OUTPUT -j KUBE-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FORWARD -m conntrack --ctstate INVALID -m nfacct --nfacct-name  ct_state_invalid_dropped_pkts -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
`;
}

function endpointChoice(ip: string, index: number, all: readonly string[]): string {
  const rest = all.length - index;
  const chance = rest === 1 ? "" : ` -m statistic --mode random --probability ${(1 / rest).toFixed(11)}`;
  return `-A KUBE-SVC-WEB -m comment --comment "shop/web:http -> ${ip}:8080"${chance} -j KUBE-SEP-${index}`;
}

function endpointChain(ip: string, index: number): string {
  return `-A KUBE-SEP-${index} -s ${ip}/32 -m comment --comment "shop/web:http" -j KUBE-MARK-MASQ
-A KUBE-SEP-${index} -p tcp -m comment --comment "shop/web:http" -m tcp -j DNAT --to-destination ${ip}:8080`;
}

const EXPRESSION = {
  services: {
    vmap: {
      key: {
        concat: [
          { payload: { protocol: "ip", field: "daddr" } },
          { meta: { key: "l4proto" } },
          { payload: { protocol: "th", field: "dport" } },
        ],
      },
      data: "@service-ips",
    },
  },
};

/** kube-proxy's own table in nftables mode, for the Service shop/web, as `nft -j list table ip kube-proxy` prints it. */
export function kubeProxyNft(endpoints: readonly string[], services = true): string {
  const table = { family: "ip", table: "kube-proxy" };
  const chain = (name: string, more: object = {}): object => ({ chain: { ...table, name, handle: 1, ...more } });
  const rule = (chain: string, expr: readonly object[]): object => ({ rule: { ...table, chain, handle: 2, expr } });
  const elements = services
    ? [[{ concat: ["10.96.0.50", "tcp", 80] }, { goto: { target: "service-WEB" } }]]
    : [[{ concat: ["10.96.0.1", "tcp", 443] }, { goto: { target: "service-API" } }]];
  const chances = endpoints.map((ip, index) => [index, { goto: { target: `endpoint-${ip}` } }]);
  const markMasq = { mangle: { key: { meta: { key: "mark" } }, value: { "|": [{ meta: { key: "mark" } }, 16384] } } };
  return JSON.stringify({
    nftables: [
      { table: { family: "ip", name: "kube-proxy", handle: 1 } },
      {
        map: {
          ...table,
          name: "service-ips",
          type: ["ipv4_addr", "inet_proto", "inet_service"],
          map: "verdict",
          elem: elements,
        },
      },
      chain("nat-prerouting", { type: "nat", hook: "prerouting", prio: -100, policy: "accept" }),
      chain("nat-output", { type: "nat", hook: "output", prio: -100, policy: "accept" }),
      chain("nat-postrouting", { type: "nat", hook: "postrouting", prio: 100, policy: "accept" }),
      chain("services"),
      chain("service-WEB"),
      chain("service-API"),
      chain("mark-for-masquerade"),
      ...endpoints.map((ip) => chain(`endpoint-${ip}`)),
      rule("nat-prerouting", [{ jump: { target: "services" } }]),
      rule("nat-output", [{ jump: { target: "services" } }]),
      rule("services", [EXPRESSION.services]),
      rule("mark-for-masquerade", [markMasq]),
      rule("service-WEB", [
        { vmap: { key: { numgen: { mode: "random", mod: endpoints.length, offset: 0 } }, data: { set: chances } } },
      ]),
      ...endpoints.flatMap((ip) => [
        rule(`endpoint-${ip}`, [
          match({ payload: { protocol: "ip", field: "saddr" } }, ip),
          { jump: { target: "mark-for-masquerade" } },
        ]),
        rule(`endpoint-${ip}`, [match({ meta: { key: "l4proto" } }, "tcp"), { dnat: { addr: ip, port: 8080 } }]),
      ]),
      rule("nat-postrouting", [match({ "&": [{ meta: { key: "mark" } }, 16384] }, 16384), { masquerade: null }]),
    ],
  });
}

export const match = (left: object, right: unknown, op = "=="): object => ({ match: { op, left, right } });

/** One nft table with one base chain holding these rules. */
export function nftTable(
  family: string,
  hook: string,
  rules: readonly (readonly object[])[],
  more: { readonly policy?: string; readonly prio?: number; readonly sets?: readonly object[] } = {},
): string {
  const { policy = "accept", prio = 0, sets = [] } = more;
  const place = { family, table: "fw" };
  return JSON.stringify({
    nftables: [
      { table: { family, name: "fw", handle: 1 } },
      ...sets.map((set) => ({ set: { ...place, ...set } })),
      { chain: { ...place, name: "base", handle: 1, type: "filter", hook, prio, policy } },
      ...rules.map((expr, index) => ({ rule: { ...place, chain: "base", handle: index + 2, expr } })),
    ],
  });
}
