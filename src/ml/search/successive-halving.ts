import { MlError } from '../errors.ts';

/** One training of one setting. */
export interface Trial<S> {
  readonly setting: S;
  /** What it was allowed to use: epochs, steps or rows, as the caller counts. */
  readonly budget: number;
  /** On validation rows: more is better. */
  readonly score: number;
}

/**
 * Successive halving (Jamieson & Talwalkar 2016, algorithm 1): every setting is tried with a small
 * budget, the better part of them (1 / `eta`) again with `eta` times as much, until one is left.
 * A setting whose training diverges (a score that is not a number) counts as the worst.
 */
export async function successiveHalving<S>(
  settings: readonly S[],
  { budget, eta = 2 }: { readonly budget: number; readonly eta?: number },
  train: (setting: S, budget: number) => Promise<number>,
): Promise<{ best: Trial<S>; trials: Trial<S>[] }> {
  if (settings.length === 0 || !(eta > 1) || !(budget > 0))
    throw new MlError('BAD_INPUT', 'A search needs a setting, a budget above 0 and eta above 1.');
  const trials: Trial<S>[] = [];
  let left: readonly S[] = settings;
  for (let round = budget; ; round *= eta) {
    const tried: Trial<S>[] = [];
    // One after the other: each training uses all threads that it may.
    for (const setting of left)
      tried.push({ setting, budget: round, score: await train(setting, round) });
    trials.push(...tried);
    tried.sort((a, b) => worth(b) - worth(a));
    if (tried.length === 1) return { best: tried[0] as Trial<S>, trials };
    left = tried
      .slice(0, Math.max(1, Math.floor(tried.length / eta)))
      .map(({ setting }) => setting);
  }
}

function worth({ score }: Trial<unknown>): number {
  return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
}

/** Every combination of the values of a small grid. */
export function gridOf<G extends { readonly [name: string]: readonly unknown[] }>(
  grid: G,
): { [N in keyof G]: G[N][number] }[] {
  const combined = Object.entries(grid).reduce<Record<string, unknown>[]>(
    (settings, [name, values]) =>
      settings.flatMap((own) => values.map((value) => ({ ...own, [name]: value }))),
    [{}],
  );
  return combined as { [N in keyof G]: G[N][number] }[];
}
