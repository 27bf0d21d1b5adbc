import type { TransferPair } from '../../../eval/transfer/pair.ts';
import { changed, recipeOf } from '../../../eval/transfer/recipe.ts';
import { rows } from '../../ml/t5/run/world.ts';

const [train, pool, validation, test] = [rows(240, 1), rows(60, 2), rows(30, 3), rows(60, 4)];
/** Two domains in which the same words tell the same label. */
export const pair: TransferPair = {
  ...{ name: 'tiny', title: 'tiny', source: 'a', target: 'b', metric: 'accuracy', split: 'none' },
  ...{ language: 'en', lengths: { source: 16, target: 16 } },
  tasks: [{ name: 'price_sensitivity', labels: ['low', 'middle', 'high'] }],
  open: () => ({
    source: { train: [train], test: [test] },
    target: { pool: [pool], validation: [validation], test: [test] },
    unlabelled: pool.map(({ text = '' }) => text),
  }),
};
const settings = { learningRate: 0.01, dropout: 0 };
/** A few steps of each stage, for 5 labels a class. */
export const recipe = changed(recipeOf('tiny'), {
  pretraining: { steps: 5 },
  source: { steps: 60, settings },
  transfer: { by: { 5: { steps: 8, learningRate: 1e-3 } }, settings: { dropout: 0 } },
  alone: { by: { 5: { steps: 8, learningRate: 0.01 } }, settings: { dropout: 0 } },
  replay: 0.25,
});
