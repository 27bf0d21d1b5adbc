import type { FittedBaseline } from '../../baselines/baseline.ts';
import { inTurn } from '../../in-turn.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingSpec } from '../../run/spec.ts';
import type { T5Base } from './base.ts';
import type { Course } from './course.ts';
import { type Members, withDecoder } from './decoding.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { type JudgedTask, judgeTask } from './judge-task.ts';
import { fitLinear } from './linear.ts';
import { type Source, sourceBefore, sourceWith } from './source.ts';

/** What has learnt a course. */
interface Learnt {
  readonly base: T5Base;
  readonly graphs: Members<Uint8Array>;
  /** What the main task may be stacked with. */
  readonly linear: FittedBaseline | undefined;
  readonly source: Source | undefined;
}

/** What a run's models are worth. */
export interface JudgedCourse {
  readonly main: JudgedTask;
  readonly further: readonly JudgedTask[];
  /** On the rows that the source version was tested on, before the run and after; absent without any. */
  readonly source?: { readonly before: Metrics; readonly after: Metrics };
}

/** Judges each task on its test rows. */
export async function judgeCourse(
  spec: TrainingSpec,
  own: T5Hyperparameters,
  course: Course,
  { base: { config, tokenizer }, graphs, linear, source }: Learnt,
): Promise<JudgedCourse> {
  const { seed, threads } = spec;
  const measured = source && source.sides.test.length > 0 ? source : undefined;
  const { after, ...judged } = await withDecoder(config, graphs, threads, async (decoder) => ({
    main: await judgeTask(decoder, tokenizer, course.main, own, linear),
    further: await inTurn(course.further, async (one) => {
      const stackable = own.stack && !one.options.several;
      const linear = stackable ? await fitLinear(one, seed) : undefined;
      return judgeTask(decoder, tokenizer, one, own, linear?.best);
    }),
    after: measured && (await sourceWith(decoder, tokenizer, measured, own.targetPrecision)),
  }));
  if (!measured || !after) return judged;
  return {
    ...judged,
    source: { before: await sourceBefore(spec, measured, own.targetPrecision), after },
  };
}
