import type { T5Config } from '../config.ts';
import { t5Parameters } from '../parameters.ts';

/** Which of a model's own parameters stay as they are. */
export interface Frozen {
  readonly embeddings: boolean;
  /** Blocks at the input side of each stack. */
  readonly encoderBlocks: number;
  readonly decoderBlocks: number;
}

/** The names of the parameters that learn. */
export function trainableNames(config: T5Config, frozen: Frozen): string[] {
  return [...t5Parameters(config).keys()].filter((name) => !isFrozen(name, frozen));
}

function isFrozen(name: string, frozen: Frozen): boolean {
  if (!name.includes('.block.')) return name === 'shared.weight' && frozen.embeddings;
  const [stack, , block] = name.split('.');
  const blocks = stack === 'encoder' ? frozen.encoderBlocks : frozen.decoderBlocks;
  return Number(block) < blocks;
}
