import { Lab, type LabSettings } from "../faults/lab.ts";

/** Something to do in a lab of given settings. A job that leaves the lab unhealed takes it down. */
export interface Job {
  readonly name: string;
  readonly lab: LabSettings;
  run(lab: Lab): Promise<void>;
}

const settingsOf = ({ lab }: Pick<Job, "lab">): string =>
  Object.entries(lab)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(" ");

/** Does the jobs in labs side by side. A lab goes on with jobs of its settings as long as there are any, for a new one takes most of a minute. */
export async function inLanes(jobs: readonly Job[], labNames: readonly string[]): Promise<void> {
  const waiting = [...jobs];
  const at = new Map<string, string>();
  const lane = async (name: string): Promise<void> => {
    for (let job = take(waiting, at, name); job !== null; job = take(waiting, at, name)) {
      at.set(name, settingsOf(job));
      await job.run(new Lab(name, job.lab));
    }
  };
  await Promise.all(labNames.map(lane));
}

function take(waiting: Job[], at: ReadonlyMap<string, string>, lane: string): Job | null {
  const sizes = new Map<string, number>();
  for (const job of waiting) sizes.set(settingsOf(job), (sizes.get(settingsOf(job)) ?? 0) + 1);
  const own = at.get(lane) ?? "";
  const others = new Set([...at].flatMap(([name, settings]) => (name === lane ? [] : [settings])));
  const free = [...sizes].filter(([settings]) => !others.has(settings)).sort(([, a], [, b]) => b - a);
  const [largest] = [...sizes].sort(([, a], [, b]) => b - a);
  const settings = sizes.has(own) && at.has(lane) ? own : (free[0]?.[0] ?? largest?.[0]);
  const index = waiting.findIndex((job) => settingsOf(job) === settings);
  return index < 0 ? null : (waiting.splice(index, 1)[0] ?? null);
}
