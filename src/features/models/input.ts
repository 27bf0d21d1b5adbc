import type { TaskKind } from './kinds.ts';
import type { TrainingRequest } from './request.ts';

/** What `modelTrain` is given; nothing of it is checked yet. */
export interface ModelTrainInput {
  readonly name: string;
  readonly task: { readonly kind: TaskKind; readonly labels?: string | null | undefined };
  readonly domain?: string | null | undefined;
  readonly from?: string | number | null | undefined;
  readonly base?: string | null | undefined;
  readonly source?: TrainingSource | null | undefined;
  readonly hyperparameters?: unknown;
  readonly shots?: number | null | undefined;
  readonly seed?: number | null | undefined;
}

export interface TrainingSource {
  readonly text?: TrainingRequest['text'] | null | undefined;
  readonly service?: string | null | undefined;
  readonly at?: Date | null | undefined;
}
