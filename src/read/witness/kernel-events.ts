/** A packet that the kernel freed as dropped, and the devices it had passed before. */
export interface FreedPacket {
  readonly reason: string;
  readonly location: string;
  readonly devices: readonly string[];
}

const EVENT = /: (net_dev_queue|netif_receive_skb|kfree_skb): (.*)$/;

/**
 * Reads the events net_dev_queue, netif_receive_skb and kfree_skb of a trace file (Documentation/trace/ftrace.rst). A packet is followed by
 * its address, which is another packet's once it was freed; freed packets that passed no device are left out. Never throws.
 */
export function readKernelEvents(text: string): readonly FreedPacket[] {
  const devices = new Map<string, string[]>();
  const freed: FreedPacket[] = [];
  for (const line of text.split("\n")) {
    const [, event, rest = ""] = EVENT.exec(line) ?? [];
    const address = /skbaddr=(\S+)/.exec(rest)?.[1];
    if (event === undefined || address === undefined) continue;
    if (event === "kfree_skb") {
      const way = devices.get(address);
      if (way !== undefined) freed.push({ ...cause(rest), devices: way });
      devices.delete(address);
      continue;
    }
    const device = /dev=(\S+)/.exec(rest)?.[1] ?? "";
    const way = devices.get(address);
    if (way === undefined) devices.set(address, [device]);
    else if (way.at(-1) !== device) way.push(device);
  }
  return freed;
}

function cause(text: string): Pick<FreedPacket, "reason" | "location"> {
  return {
    reason: /reason: (\S+)/.exec(text)?.[1] ?? "NOT_SPECIFIED",
    location: /location=([^+\s]+)/.exec(text)?.[1] ?? "",
  };
}
