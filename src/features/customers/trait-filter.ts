import sql, { type Sql } from 'sql-template-tag';
import { CameoError } from '../../errors.ts';
import type { Json, PropertyOp } from '../segments/rule/types.ts';
import { checkValueTest } from '../segments/rule/value-test.ts';
import { testSql } from '../segments/sql/value-sql.ts';

/** A test of one trait: a segment rule's condition without its time. */
export interface TraitTest {
  readonly name: string;
  readonly op: PropertyOp;
  readonly value?: unknown;
}

/**
 * The test as a condition on `customer c`.
 * @throws CameoError BAD_INPUT when the value does not fit the operator.
 */
export function traitHolds(test: TraitTest, position: number): Sql {
  const checked = { op: test.op, value: (test.value ?? undefined) as Json | undefined };
  const fault = checkValueTest(checked);
  if (fault !== undefined) {
    const path = ['filter', 'traits', String(position), 'value'];
    throw new CameoError('BAD_INPUT', `The value of the trait test ${fault}.`, path);
  }
  const holds = testSql(checked, 'json', sql`nullif(c.traits -> ${test.name}, 'null'::jsonb)`);
  if (test.op !== 'EQ') return holds;
  // Says nothing new, but the index on traits can answer it.
  return sql`(c.traits @> ${JSON.stringify({ [test.name]: checked.value })}::jsonb and ${holds})`;
}
