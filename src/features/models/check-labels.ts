import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { DomainRow } from '../identity/domain.ts';
import { isObserved } from '../training/observed.ts';

/**
 * @throws CameoError NOT_FOUND, with the task's place in the input, when nobody labelled it and events do
 * not tell it
 */
export async function requireLabelled(
  db: Queryable,
  domain: DomainRow,
  task: string,
  field: readonly string[],
): Promise<void> {
  if (isObserved(task)) return;
  const found = await db.query(
    sql`select from label where domain_id = ${domain.id} and task = ${task} limit 1`,
  );
  if (found.length > 0) return;
  throw new CameoError(
    'NOT_FOUND',
    `No labels were imported for the task "${task}" in the domain "${domain.key}". Send them with labelsImport.`,
    field,
  );
}
