/**
 * How many times more processor time a work takes at four times its size: about 4 where it is linear, 16 where it is quadratic. Of each
 * size the quickest of three rounds counts, and 5 ms are added to both, so that neither a busy machine nor a tiny work matters.
 */
export function growth(work: (size: number) => void, size: number): number {
  const small = quickest(() => work(size));
  const large = quickest(() => work(4 * size));
  return (large + 5) / (small + 5);
}

/** Less than between linear and quadratic: sorting and caches cost a little. */
export const linear = 10;

function quickest(work: () => void): number {
  const rounds = [0, 1, 2].map(() => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...rounds);
}
