import { describe, expect, it } from '@jest/globals';
import {
  labelInputs,
  labelLogProbs,
  labelScores,
  scoreBatch,
} from '../../../eval/transfer/label-scores.ts';
import { openTracedMachine } from '../../../src/ml/engine/traced.ts';
import { openSession } from '../../../src/ml/onnx/session.ts';
import { parseT5Config } from '../../../src/ml/t5/config.ts';
import { labelTrie } from '../../../src/ml/t5/decode/constraint.ts';
import { exportDecoding } from '../../../src/ml/t5/decode/export.ts';
import { scoreLabels } from '../../../src/ml/t5/decode/score-labels.ts';
import { createSessionDecoder } from '../../../src/ml/t5/decode/session-decoder.ts';
import { initialT5 } from '../../../src/ml/t5/initial.ts';
import { initialState } from '../../../src/ml/train/step.ts';

const config = parseT5Config({
  ...{ vocab_size: 40, d_model: 16, d_kv: 8, d_ff: 24, num_layers: 2, num_heads: 2 },
  feed_forward_proj: 'gated-gelu',
});

describe('scoring all labels at once', () => {
  it('gives what the walk through the trie gives, token by token', async () => {
    const weights = initialT5(config, 3);
    const spelt = [
      [5, 6, 1],
      [5, 7, 8, 1],
      [9, 1],
    ];
    const sources = [
      [10, 11, 12, 1],
      [13, 1],
      [14, 15, 16, 17, 18, 1],
    ];
    const machine = openTracedMachine(initialState(weights, []), { threads: 1 });
    const labels = labelInputs(spelt, 12, config);
    const batch = scoreBatch(sources, { rows: 4, source: 8 }, labels, config);
    const { logProbs } = await machine.run(labelScores(config), batch);
    const rows = labelLogProbs(logProbs?.data as Float32Array, sources.length, labels);
    await machine.close();

    const graphs = exportDecoding(config, weights);
    const encoder = await openSession(graphs.encoder, { threads: 1 });
    const decoder = await openSession(graphs.decoder, { threads: 1 });
    const walked = await scoreLabels(
      createSessionDecoder(config, { encoder, decoder }),
      sources,
      labelTrie(spelt),
      spelt.length,
    );
    await encoder.close();
    await decoder.close();
    for (const [i, score] of rows.flat().entries())
      expect(score).toBeCloseTo(walked[i] as number, 4);
  });
});
