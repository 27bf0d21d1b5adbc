import { labelSet } from '../../training/label-set.ts';
import type { RowsRequest } from '../../training/request.ts';
import { readHeads, takesHeads } from '../heads.ts';
import { hasClasses } from '../kinds.ts';
import type { TrainingDeps } from './deps.ts';
import type { Plan } from './plan.ts';

/**
 * The plan with the further heads of an encoder: a file of rows for each, which read what the model's
 * own do, and its label set.
 */
export async function planHeads(deps: TrainingDeps, plan: Plan): Promise<Plan> {
  const { spec, rows } = plan;
  const heads = takesHeads(spec.task.kind) ? readHeads(spec.hyperparameters) : [];
  if (heads.length === 0) return plan;
  const further = new Map<string, RowsRequest>();
  const tasks = [];
  for (const [index, { name, kind, weight }] of heads.entries()) {
    const task = { kind, labels: name };
    const set = hasClasses(kind) ? await labelSet(deps, rows.domain, task, rows.at) : undefined;
    const file = `task-${index + 1}.jsonl`;
    further.set(file, { ...rows, task });
    const labels = set?.values.map(({ value }) => value).sort() ?? [];
    tasks.push({ name, kind, weight, labels, rows: file });
  }
  return {
    ...plan,
    spec: { ...spec, hyperparameters: { ...spec.hyperparameters, tasks } },
    further: new Map([...plan.further, ...further]),
  };
}
