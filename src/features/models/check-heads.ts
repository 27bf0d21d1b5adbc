import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { DomainRow } from '../identity/domain.ts';
import { requireLabelled } from './check-labels.ts';
import { readHeads, takesHeads } from './heads.ts';
import type { ModelTrainInput } from './input.ts';

/**
 * What only some kinds of encoder have: a vocabulary of their own, and further heads, each on labels
 * that somebody gave.
 * @throws CameoError with the place in the input
 */
export async function checkHeads(
  db: Queryable,
  domain: DomainRow,
  { kind, labels }: ModelTrainInput['task'],
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const fault = (message: string, ...place: string[]) =>
    new CameoError('BAD_INPUT', message, ['hyperparameters', ...place]);
  if (values.vocabulary !== undefined && kind !== 'PRETRAIN')
    throw fault('"vocabulary" is of PRETRAIN: leave it out.', 'vocabulary');
  const heads = readHeads(values);
  if (heads.length > 0 && !takesHeads(kind))
    throw fault('"tasks" are of CLASSIFY, MULTI_LABEL and REGRESS: leave them out.', 'tasks');
  for (const [index, { name }] of heads.entries()) {
    const place = ['tasks', String(index), 'name'];
    if (name === labels) throw fault(`"${name}" is the task itself: leave it out.`, ...place);
    await requireLabelled(db, domain, name, ['hyperparameters', ...place]);
  }
}
