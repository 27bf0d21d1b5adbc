import { MlError } from '../errors.ts';
import { type CrossValidated, crossValidate } from '../search/cross-validate.ts';
import { gridOf, successiveHalving } from '../search/successive-halving.ts';
import { stratifiedFolds, timeFolds } from '../split/folds.ts';
import type { RunContext } from './context.ts';
import type { HelperRows } from './helpers.ts';
import { type Hyperparameters, parseHyperparameters } from './hyperparameters.ts';
import type { Prepared } from './prepare.ts';
import type { TrainingRow } from './spec.ts';
import { type Attempt, attempt } from './training.ts';

type Common = Pick<Attempt, 'train' | 'validation' | 'seed' | 'helpers' | 'teacher'>;

/** What was tried before the run proper, for its metrics. */
export interface SearchReport {
  readonly setting: Record<string, unknown>;
  readonly epochs: number;
  readonly score: number;
}

/** Chooses among the values of `search` by successive halving, on the validation rows. */
export async function searchSettings(
  context: RunContext,
  prepared: Prepared,
  own: Hyperparameters,
  common: Common,
): Promise<{ best: Hyperparameters; tried: SearchReport[] }> {
  if (!own.search) return { best: own, tried: [] };
  const settings = gridOf(own.search);
  const rounds = Math.floor(Math.log2(settings.length));
  const train = async (setting: Record<string, unknown>, epochs: number) => {
    const hyperparameters = settle(own, { ...setting, epochs });
    const name = `search-${settings.indexOf(setting)}-${epochs}`;
    try {
      return (await attempt(context, prepared, { ...common, name, hyperparameters })).worth;
    } catch (error) {
      // Too high a rate is a bad setting, not the end of the search.
      if (error instanceof MlError && error.code === 'DIVERGED') return Number.NaN;
      throw error;
    }
  };
  const { best, trials } = await successiveHalving(
    settings,
    { budget: own.epochs / 2 ** rounds },
    train,
  );
  return {
    best: settle(own, best.setting),
    tried: trials.map(({ setting, budget, score }) => ({ setting, epochs: budget, score })),
  };
}

function settle(own: Hyperparameters, setting: Record<string, unknown>): Hyperparameters {
  const { search: _search, ...rest } = own;
  return parseHyperparameters({ ...rest, ...setting });
}

/** Trains on folds of the rows that are not for testing; undefined where no folds are asked for. */
export async function validateOnFolds(
  context: RunContext,
  { data, ...prepared }: Prepared,
  own: Hyperparameters,
  common: Common & { readonly helpers: readonly HelperRows[] },
): Promise<CrossValidated | undefined> {
  if (own.folds === 0) return undefined;
  const places = [...common.train, ...common.validation].sort((a, b) => a - b);
  const rows = places.map((place) => data.rows[place] as TrainingRow);
  const folds =
    own.foldsBy === 'time'
      ? timeFolds(rows, own.folds)
      : stratifiedFolds(rows, own.folds, common.seed);
  const at = (side: readonly number[]) => side.map((i) => places[i] as number);
  return crossValidate(folds, async ({ train, validation }, fold) => {
    const sides = { train: at(train), validation: at(validation) };
    const one = { ...common, ...sides, hyperparameters: own, name: `fold-${fold}` };
    return (await attempt(context, { ...prepared, data }, one)).worth;
  });
}
