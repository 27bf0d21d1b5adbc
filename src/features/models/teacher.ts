import { z } from 'zod';

const distilled = z.looseObject({ distill: z.looseObject({ teacher: z.string() }) });

/** The version that hyper-parameters name as a teacher; undefined without one. */
export function teacherOf(hyperparameters: object): string | undefined {
  return distilled.safeParse(hyperparameters).data?.distill.teacher;
}

/** The same hyper-parameters with the teacher's folder in the place of its id. */
export function withTeacher(
  hyperparameters: Readonly<Record<string, unknown>>,
  folder: string,
): Record<string, unknown> {
  const { distill } = hyperparameters;
  return { ...hyperparameters, distill: { ...(distill as object), teacher: folder } };
}
