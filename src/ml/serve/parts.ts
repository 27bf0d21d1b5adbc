import type { FittedBaseline } from '../baselines/baseline.ts';
import type { OnnxSession } from '../onnx/session.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Manifest } from './manifest.ts';

/** What a model is served with. */
export interface ServedParts {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly tokenizer: Tokenizer | undefined;
  readonly session: OnnxSession;
  /** That the model is stacked with. */
  readonly baseline: FittedBaseline | undefined;
  /** A graph that explains, opened when it is first asked for; undefined where there is none. */
  graph(file: 'slopes.onnx' | 'head.onnx'): Promise<OnnxSession | undefined>;
}
