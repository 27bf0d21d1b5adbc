import type { taskKinds } from '../../ml/run/spec.ts';

export type TaskKind = (typeof taskKinds)[number];

const LABELLED: readonly TaskKind[] = [
  'CLASSIFY',
  'MULTI_LABEL',
  'REGRESS',
  'SEQUENCE',
  'GENERATE',
];
const PREDICTING: readonly TaskKind[] = [
  'CLASSIFY',
  'MULTI_LABEL',
  'REGRESS',
  'SEQUENCE',
  'GENERATE',
];
const WITH_CLASSES: readonly TaskKind[] = ['CLASSIFY', 'MULTI_LABEL', 'SEQUENCE'];
const READING: readonly TaskKind[] = ['SEQUENCE', 'EMBED', 'PRETRAIN', 'GENERATE'];
const GENERAL: readonly TaskKind[] = ['EMBED', 'PRETRAIN'];

/** Whether it is learnt from labels, which then must be named. */
export const needsLabels = (kind: TaskKind): boolean => LABELLED.includes(kind);

/** Whether labels of these tasks come from a set, which the rows make. */
export const hasClasses = (kind: TaskKind): boolean => WITH_CLASSES.includes(kind);

/** Whether it says something of a customer that is kept as a prediction. */
export const predicts = (kind: TaskKind): boolean => PREDICTING.includes(kind);

/** Whether it cannot do without text. */
export const needsText = (kind: TaskKind): boolean => READING.includes(kind);

/** Whether what it has learnt serves any other task as a start. */
export const isGeneral = (kind: TaskKind): boolean => GENERAL.includes(kind);
