/** Where a packet stops, as state predicts it. Each kind is named by one check in src/checks/path. */
export type Stop =
  | {
      readonly kind: "dropped-by-rule";
      readonly node: string;
      /** Set when the rule stands in the Pod's own namespace. */
      readonly pod: string | null;
      /** The file on the Node by which a Pod's namespace is entered; "" where it has none, and on the Node itself. */
      readonly netns: string;
      readonly backend: "iptables" | "nftables";
      /** Of the packet: iptables and ip6tables are two programs with rules of their own. */
      readonly family: "IPv4" | "IPv6";
      readonly hook: string;
      readonly table: string;
      readonly chain: string;
      /** 1-based; null = the chain's policy. */
      readonly rule: number | null;
      /** By which nft(8) deletes it; null where iptables made it, or the policy drops. */
      readonly handle: number | null;
      readonly text: string;
      readonly rejects: boolean;
      /** outer = the encapsulated packet. */
      readonly layer: "inner" | "outer";
      readonly outer: { readonly protocol: string; readonly port: number } | null;
    }
  | { readonly kind: "forwarding-disabled"; readonly node: string; readonly sysctl: string }
  | { readonly kind: "no-route"; readonly node: string; readonly pod: string | null; readonly destination: string }
  /** A route takes the packet, but not to where the destination lives. */
  | {
      readonly kind: "wrong-route";
      readonly node: string;
      readonly pod: string | null;
      readonly destination: string;
      readonly route: string;
      readonly expected: string;
    }
  | {
      readonly kind: "route-refuses";
      readonly node: string;
      readonly pod: string | null;
      readonly destination: string;
      /** The file on the Node by which a Pod's namespace is entered; "" where it has none, and on the Node itself. */
      readonly netns: string;
      readonly route: string;
      readonly type: string;
      /** Who made it ("boot": a person, or a program that did not say, ip-route(8)); "" for a policy rule. */
      readonly protocol: string;
    }
  | {
      readonly kind: "link-down";
      readonly node: string;
      readonly pod: string | null;
      /** The file on the Node by which a Pod's namespace is entered; "" where it has none, and on the Node itself. */
      readonly netns: string;
      readonly device: string;
      /** The Pod whose veth the device is the Node's end of. */
      readonly endOf?: string;
    }
  | {
      readonly kind: "detached-from-bridge";
      readonly node: string;
      readonly pod: string;
      readonly device: string;
      readonly bridge: string;
      readonly master: string | null;
    }
  | {
      readonly kind: "neighbour-wrong";
      readonly node: string;
      readonly pod: string | null;
      /** The file on the Node by which a Pod's namespace is entered; "" where it has none, and on the Node itself. */
      readonly netns: string;
      readonly device: string;
      readonly address: string;
      readonly has: string;
      readonly expected: string;
    }
  | {
      readonly kind: "tunnel-peer-missing";
      readonly node: string;
      readonly device: string;
      readonly peer: string;
      /** device = the other Node has no tunnel device that would take the packet. */
      readonly what: "fdb" | "neighbour" | "device";
      readonly has: string;
      readonly expected: string;
    }
  | {
      readonly kind: "address-missing";
      readonly node: string;
      readonly pod: string | null;
      /** The file on the Node by which a Pod's namespace is entered; "" where it has none, and on the Node itself. */
      readonly netns: string;
      readonly address: string;
    }
  | {
      readonly kind: "packet-too-big";
      readonly node: string;
      readonly device: string;
      readonly mtuBytes: number;
      readonly packetBytes: number;
    }
  | {
      readonly kind: "not-listening";
      readonly node: string;
      readonly pod: string | null;
      readonly address: string;
      readonly port: number;
      readonly listensOn: readonly string[];
    }
  | {
      readonly kind: "no-service-rule";
      readonly node: string;
      readonly service: string;
      readonly address: string;
      readonly port: number;
    }
  | { readonly kind: "no-endpoint"; readonly service: string }
  /** kube-proxy's rules send the Service to an address that the API no longer has among its endpoints, and nobody there takes the packet. */
  | {
      readonly kind: "stale-service-rule";
      readonly node: string;
      readonly service: string;
      readonly address: string;
      readonly port: number;
      readonly endpoint: string;
    }
  /** A rule that is not kube-proxy's sends a Service's packets to an address that is none of its endpoints. */
  | {
      readonly kind: "service-redirected";
      readonly node: string;
      readonly service: string;
      readonly address: string;
      readonly port: number;
      readonly to: string;
      readonly table: string;
      readonly chain: string;
      readonly rule: number;
      readonly text: string;
    }
  /** rp_filter is strict and the way back to the source is another device. */
  | {
      readonly kind: "reverse-path-filtered";
      readonly node: string;
      readonly pod: string | null;
      /** The file on the Node by which a Pod's namespace is entered; "" where it has none, and on the Node itself. */
      readonly netns: string;
      readonly device: string;
      readonly source: string;
      readonly route: string;
    }
  /** The reply reaches the client from another address than it sent to: it went past the Node that translated the request. */
  | {
      readonly kind: "reply-untranslated";
      readonly node: string;
      readonly pod: string | null;
      readonly address: string;
      readonly expected: string;
      /** Set where bridged packets pass by the rules because of it: net.bridge.bridge-nf-call-iptables. */
      readonly sysctl: string | null;
    }
  /** The packet would have to leave by the bridge port it came in by. */
  | {
      readonly kind: "hairpin-disabled";
      readonly node: string;
      readonly pod: string;
      readonly device: string;
      readonly bridge: string;
    };
