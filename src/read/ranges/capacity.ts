import type { CustomObject } from "../../model/kubernetes.ts";
import type { Capacity } from "../../model/ranges.ts";
import { type Cidr, contains, includesAddress, indexPrefixes, parseCidr, size } from "../../net/cidr.ts";
import { asString, at } from "../json-value.ts";
import { byName, valueOr } from "../known-parts.ts";
import type { RangesInput } from "./claim.ts";
import type { MergedRange } from "./merge.ts";
import type { NodeBlocks } from "./node-blocks.ts";
import type { ObservedAddress } from "./observed.ts";
import type { PodAllocation } from "./pod-allocation.ts";
import { blockPrefixLength } from "./pool-claims.ts";

export interface CapacityQuestion {
  readonly input: RangesInput;
  readonly ranges: readonly MergedRange[];
  readonly blocks: readonly NodeBlocks[];
  readonly pods: readonly ObservedAddress[];
  readonly services: readonly ObservedAddress[];
  readonly allocation: PodAllocation;
}

/** Addresses used and there to be used: each Node's block, the cluster range by Node, Service ranges, Calico's pools. */
export function findCapacity(question: CapacityQuestion): readonly Capacity[] {
  const { allocation } = question;
  return [
    ...(allocation === "pools" ? [] : ofClusterRange(question)),
    ...ofServices(question),
    ...ofPools(question),
    // Without the Pods, "none used" would be a guess.
    ...(question.input.pods.known ? ofBlocks(question) : []),
  ];
}

/** Larger numbers of addresses do not run out, and do not fit a number exactly. */
const COUNTABLE = 1n << 24n;

function countable(addresses: bigint): number | null {
  return addresses > COUNTABLE ? null : Number(addresses > 0n ? addresses : 0n);
}

/**
 * host-local gives out all but the network address, the gateway (the first) and the IPv4 broadcast address
 * (containernetworking/plugins, host-local Range.Canonicalize). Cilium keeps four for itself: both ends, router, health endpoint.
 * A Calico block gives out all.
 */
function reservedIn({ family, prefixLength }: Cidr, source: string): bigint {
  if (source.startsWith("BlockAffinity") || prefixLength >= (family === "IPv4" ? 31 : 127)) return 0n;
  if (source.startsWith("CiliumNode")) return 4n;
  return family === "IPv4" ? 3n : 2n;
}

function ofBlocks({ blocks, pods }: CapacityQuestion): readonly Capacity[] {
  const entries = blocks.flatMap(({ node, cidrs, source }) => cidrs.map((cidr) => ({ node, cidr, source })));
  // Two Nodes may hold the same block: each counts its own Pods.
  const used = new Map<string, number>();
  const byNode = new Map<string, readonly Cidr[]>(blocks.map(({ node, cidrs }) => [node, cidrs]));
  for (const { address, node } of pods) {
    const block = byNode.get(node)?.find((cidr) => includesAddress(cidr, address));
    if (block !== undefined) used.set(`${node} ${block.text}`, (used.get(`${node} ${block.text}`) ?? 0) + 1);
  }
  return entries.map(({ node, cidr, source }) => ({
    what: `Pod addresses of Node ${node}`,
    cidr: cidr.text,
    used: used.get(`${node} ${cidr.text}`) ?? 0,
    total: countable(size(cidr) - reservedIn(cidr, source)),
  }));
}

/** How many Nodes the range has blocks for (pkg/controller/nodeipam/ipam/cidrset): 2^(node mask - cluster mask). */
function ofClusterRange({ ranges, input, blocks }: CapacityQuestion): readonly Capacity[] {
  return ranges
    .filter(({ range, parts, cidr }) => range.role === "pod" && parts.length === 1 && parts[0]?.text === cidr.text)
    .filter(({ range }) => range.sources.some(({ confidence }) => confidence !== "inferred"))
    .flatMap(({ cidr }) => {
      const inside = blocks.flatMap(({ cidrs }) => cidrs.filter((block) => contains(cidr, block)));
      const mask = nodeMask(cidr, input, inside);
      if (mask === null || mask <= cidr.prefixLength) return [];
      const total = countable(1n << BigInt(mask - cidr.prefixLength));
      const used = new Set(inside.map(({ text }) => text)).size;
      return [{ what: `Node blocks of /${mask}`, cidr: cidr.text, used, total }];
    });
}

/** --node-cidr-mask-size as set, else the prefix length that most blocks have; null where nothing tells it. */
function nodeMask({ family }: Cidr, { settings }: RangesInput, inside: readonly Cidr[]): number | null {
  const options = [`--node-cidr-mask-size-${family.toLowerCase()}`, "--node-cidr-mask-size"];
  const counts = new Map<number, number>();
  for (const { prefixLength } of inside) counts.set(prefixLength, (counts.get(prefixLength) ?? 0) + 1);
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || a - b);
  if (most !== undefined) return most[0];
  const set = options.flatMap((option) => settings.filter((setting) => setting.option === option));
  const value = Number(set[0]?.value ?? Number.NaN);
  return Number.isInteger(value) ? value : null;
}

/** IPv4 Service ranges lose their first and last address, IPv6 ranges the first (pkg/registry/core/service/ipallocator). */
function ofServices({ ranges, services, input }: CapacityQuestion): readonly Capacity[] {
  if (!input.services.known) return [];
  return ranges
    .filter(
      ({ range }) => range.role === "service" && range.sources.some(({ confidence }) => confidence !== "inferred"),
    )
    .map(({ cidr, range }) => ({
      what: "Service addresses",
      cidr: cidr.text,
      used: services.filter(({ address }) => includesAddress(cidr, address)).length,
      total: countable(size(cidr) - (range.family === "IPv4" ? 2n : 1n)),
    }));
}

/** Calico: addresses of each pool, and the blocks that Nodes hold of it. */
function ofPools({ input, pods }: CapacityQuestion): readonly Capacity[] {
  const objects = valueOr(input.customObjects, []);
  const pools = objects.filter(({ kind }) => kind === "IPPool").sort(byName);
  const entries = pools.flatMap((pool) => {
    const cidr = parseCidr(asString(at(pool.spec, "cidr")));
    return cidr === null ? [] : [{ pool, cidr }];
  });
  if (entries.length === 0) return [];
  const poolOf = indexPrefixes(entries);
  const used = new Map<string, number>();
  for (const { address } of pods) {
    const name = poolOf(address)?.pool.name;
    if (name !== undefined) used.set(name, (used.get(name) ?? 0) + 1);
  }
  return entries.flatMap(({ pool, cidr }) => [
    ...(input.pods.known
      ? [{ what: `IPPool ${pool.name}`, cidr: cidr.text, used: used.get(pool.name) ?? 0, total: countable(size(cidr)) }]
      : []),
    ...blocksOfPool(pool, cidr, objects),
  ]);
}

function blocksOfPool(pool: CustomObject, cidr: Cidr, objects: readonly CustomObject[]): readonly Capacity[] {
  const affinities = objects.filter(({ kind }) => kind === "BlockAffinity");
  const length = blockPrefixLength(pool);
  if (affinities.length === 0 || !Number.isInteger(length) || length < cidr.prefixLength || length > 128) return [];
  const held = affinities
    .map(({ spec }) => parseCidr(asString(at(spec, "cidr"))))
    .filter((block) => block !== null && contains(cidr, block));
  const total = countable(1n << BigInt(length - cidr.prefixLength));
  const used = new Set(held.map((block) => block?.text)).size;
  return [{ what: `blocks of /${length} of IPPool ${pool.name}`, cidr: cidr.text, used, total }];
}
