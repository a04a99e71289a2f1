import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const program = join(dirname(fileURLToPath(import.meta.url)), "../lab/lab");

/** What a fault asks of the cluster; what is left out is the lab's default (flannel, iptables, three Nodes). */
export interface LabSettings {
  readonly nodes?: number;
  readonly cni?: "flannel" | "flannel-host-gw" | "bridge" | "none";
  readonly proxyMode?: "iptables" | "nftables";
  readonly podCidr?: string;
  readonly serviceCidr?: string;
  /** The first three octets of the /24 the Nodes are in. */
  readonly nodeNet?: string;
  readonly nodeMtu?: number;
  readonly dualStack?: boolean;
}

export interface Ran {
  readonly ok: boolean;
  /** stdout, without the last newline. */
  readonly output: string;
  /** stderr or, where there is none, why the program ended. */
  readonly complaint: string;
}

/** One test cluster, by the name it has under `test/lab/lab`. Every method that runs a program rejects when it fails, but `tryPod`. */
export class Lab {
  readonly name: string;
  readonly settings: LabSettings;
  #kubeconfig = "";

  constructor(name: string, settings: LabSettings = {}) {
    this.name = name;
    this.settings = settings;
  }

  /**
   * Starts the cluster (25 to 35 s) unless it is up already with these settings. Where nothing but kube-proxy's mode differs, that is
   * switched; with other settings the cluster is taken down first.
   */
  async up(): Promise<void> {
    const wanted = environment(this.name, this.settings);
    const differing = await this.#differing(wanted);
    if (differing?.length === 0) return;
    if (differing?.join() === proxyMode) {
      await this.#run(["proxy", wanted[proxyMode]]);
      return;
    }
    await this.down();
    await this.#run(["up"]);
  }

  async down(): Promise<void> {
    await this.#run(["down"]);
  }

  /** Runs a program on a Node, as root, in the Node's own namespaces. */
  node(name: string, argv: readonly string[], input = ""): Promise<string> {
    return this.#run(["exec", name, ...argv], input);
  }

  /** Runs a program on the switch and router between the Nodes; a Node's port there has the Node's name. */
  router(argv: readonly string[]): Promise<string> {
    return this.#run(["net", ...argv]);
  }

  async kubeconfig(): Promise<string> {
    if (this.#kubeconfig === "") this.#kubeconfig = await this.#run(["kubeconfig"]);
    return this.#kubeconfig;
  }

  async kubectl(argv: readonly string[], input = ""): Promise<string> {
    const ran = await this.#kubectl(argv, input);
    if (!ran.ok) throw new Error(`kubectl ${argv.join(" ")}: ${ran.complaint}`);
    return ran.output;
  }

  /** Runs a program in a Pod of namespace shop and tells how it ended: what a user of that Pod sees. */
  tryPod(pod: string, argv: readonly string[]): Promise<Ran> {
    return this.#kubectl(["-n", "shop", "exec", pod, "--", ...argv], "");
  }

  /** Asks until the answer is yes. Rejects after `seconds`, naming `what` and the last complaint. */
  async waitFor(what: string, ask: () => Promise<boolean>, seconds = 60): Promise<void> {
    const end = Date.now() + seconds * 1000;
    let complaint = "";
    while (Date.now() < end) {
      try {
        if (await ask()) return;
      } catch (error) {
        complaint = String(error);
      }
      await sleep(700);
    }
    throw new Error(`${this.name}: gave up waiting for ${what} ${complaint}`);
  }

  /** The names of the settings that the running cluster has otherwise; null = it does not run. */
  async #differing(wanted: Environment): Promise<readonly string[] | null> {
    const file = join(dirname(await this.kubeconfig()), "settings");
    const kept = new Set((await readFile(file, "utf8").catch(() => "")).split("\n"));
    if (!(await this.#kubectl(["get", "--raw", "/readyz", "--request-timeout=3s"], "")).ok) return null;
    return Object.entries(wanted).flatMap(([key, value]) =>
      notKept.includes(key) || kept.has(`${key}=${value}`) ? [] : [key],
    );
  }

  async #kubectl(argv: readonly string[], input: string): Promise<Ran> {
    const env = { KUBECONFIG: await this.kubeconfig(), PATH: `${process.env.PATH}:${binaries}` };
    return ended(await execa("kubectl", argv, { env, input, reject: false, timeout: 120_000 }));
  }

  async #run(argv: readonly string[], input = ""): Promise<string> {
    const ran = ended(await execa(program, argv, { env: environment(this.name, this.settings), input, reject: false }));
    if (!ran.ok) throw new Error(`lab ${argv.join(" ")}: ${ran.complaint}`);
    return ran.output;
  }
}

export const binaries = join(process.env.LAB ?? "/var/tmp/netdoctor-lab", "bin");

/** Not among the settings a lab keeps, or chosen by it. */
const notKept = ["LAB_NAME", "API_PORT"];
const proxyMode = "PROXY_MODE";
type Environment = Readonly<Record<string, string>> & { readonly [proxyMode]: string };

interface Ended {
  readonly failed: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly shortMessage?: string | undefined;
}

function ended({ failed, stdout, stderr, shortMessage = "" }: Ended): Ran {
  return { ok: !failed, output: stdout, complaint: stderr === "" ? shortMessage : stderr };
}

function environment(name: string, settings: LabSettings): Environment {
  return {
    LAB_NAME: name,
    NODES: String(settings.nodes ?? 3),
    CNI: settings.cni ?? "flannel",
    [proxyMode]: settings.proxyMode ?? "iptables",
    POD_CIDR: settings.podCidr ?? "10.244.0.0/16",
    SVC_CIDR: settings.serviceCidr ?? "10.96.0.0/12",
    NODE_NET: settings.nodeNet ?? "192.168.100",
    NODE_MTU: String(settings.nodeMtu ?? 1500),
    DUAL_STACK: settings.dualStack === true ? "1" : "",
    API_PORT: "",
  };
}
