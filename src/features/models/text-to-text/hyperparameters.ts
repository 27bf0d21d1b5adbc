import { z } from 'zod';
import { t5HyperparameterSchema } from '../../../ml/t5/run/hyperparameters.ts';
import { answerKinds } from '../../training/answer-set.ts';
import type { HyperparameterFault } from '../deps.ts';

const { shape } = t5HyperparameterSchema;
const { rows: _file, ...replay } = shape.replay.unwrap().shape;
const TASK = z.string().min(1).max(100);
const MOST_TASKS = 20;

/**
 * Hyper-parameters of a text-to-text model as callers give them: where the training process reads
 * files of rows, they say whose rows are meant.
 */
const schema = z.strictObject({
  ...shape,
  /** What answers are: one label of the labels' set, a list of them, or free text. */
  answers: z.enum(answerKinds).default('auto'),
  /** Further tasks of labels in the same domain. */
  tasks: z
    .array(TASK)
    .max(MOST_TASKS)
    .refine((names) => new Set(names).size === names.length, 'each task once')
    .default([]),
  /** Rows of the version that the training goes on from. */
  replay: z.strictObject({ share: replay.share }).optional(),
});
export type AskedHyperparameters = z.infer<typeof schema>;

const DEFAULTS: Readonly<Record<string, unknown>> = schema.parse({});

/** With their defaults. They were checked before they were kept. */
export const readAsked = (values: Readonly<Record<string, unknown>>): AskedHyperparameters =>
  schema.parse(values);

/** What a training starts from and learns, as far as hyper-parameters depend on it. */
export interface TextToTextStart {
  /** Labels are learnt; otherwise a language. */
  readonly labelled: boolean;
  /** It goes on from a version that answers for another domain or another task. */
  readonly transfers: boolean;
}

const SOURCE = 'a version of a text-to-text model of another domain or task';
/** What is of labels, and what of going on from a version. */
const TRANSFERRING = ['sourceShare', 'ensemble', 'replay', 'compare', 'adversarial'];
const LABELLED = ['answers', 'tasks', 'targetPrecision', ...TRANSFERRING];

/** What is wrong with them. */
export function textToTextFaults(
  values: Readonly<Record<string, unknown>>,
  { labelled, transfers }: TextToTextStart,
): readonly HyperparameterFault[] {
  const parsed = schema.safeParse(values);
  if (!parsed.success) return parsed.error.issues.flatMap(faultsOf);
  const fault = (names: readonly string[], message: string) =>
    names.map((name) => ({ path: [name], message: `"${name}" ${message}` }));
  const known = LABELLED.filter((name) => name in values);
  if (!labelled) return fault(known, 'is of trainings that have labels: leave it out.');
  const { adversarial, replay } = parsed.data;
  const asked = TRANSFERRING.filter((name) => name in values && values[name] !== DEFAULTS[name]);
  return [
    ...(transfers ? [] : fault(asked, `needs "from": ${SOURCE}.`)),
    ...(adversarial > 0 && !replay?.share
      ? fault(['adversarial'], 'needs a share of "replay": the texts of the other domain.')
      : []),
  ];
}

function faultsOf(issue: z.core.$ZodIssue): HyperparameterFault[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') {
    const message = `"${path.join('.')}": ${issue.message}`;
    return [{ path, message }];
  }
  const known = Object.keys(schema.shape).join(', ');
  return issue.keys.map((key) => ({
    path: [...path, key],
    message: `"${[...path, key].join('.')}" is no hyper-parameter of a text-to-text model${
      path.length === 0 ? `: there are ${known}` : ''
    }.`,
  }));
}
