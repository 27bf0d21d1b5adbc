import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { type Candidate, chooseCandidates, spreadValues } from '../../ml/active/candidates.ts';
import { normalise } from '../../ml/similarity/vectors.ts';
import { floatsSql, readFloats } from '../embeddings/floats.ts';
import { servingSql } from '../embeddings/models.ts';
import type { Json } from '../segments/rule/types.ts';
import type { ModelRow } from './model.ts';

/** A customer whose label would teach a model. */
export interface LabelCandidateRow {
  readonly customerId: number;
  /** What the model says now; null: not sure enough. */
  readonly value: Json;
  readonly confidence: number | null;
  readonly uncertainty: number | null;
}

interface CandidateArguments {
  /** 1 to 100. */
  readonly first: number;
  readonly task?: string | null | undefined;
}

const MOST = 100;
/** Of the least sure ones, so many for each that is asked for, and so many at least. */
const POOL = { each: 10, least: 200 };

/**
 * The living customers without a label for a task whose label would teach its model most, out of those
 * that it has predictions of. The least sure ones (entropy of the calibrated probabilities, see
 * src/ml/active/uncertainty.ts) are thinned so that they are unlike each other, by the embeddings that
 * serve the domain (`chooseCandidates`); without embeddings only equal inputs count as alike. Of numbers,
 * which have no probabilities, those are chosen that are farthest from known ones (`spreadValues`).
 * The same as long as neither predictions nor labels change. No model runs.
 *
 * @throws CameoError BAD_INPUT for a `first` outside 1 to 100, or a model that predicts nothing
 */
export async function labelCandidates(
  { db }: { readonly db: Queryable },
  model: ModelRow,
  { first, task: asked }: CandidateArguments,
): Promise<LabelCandidateRow[]> {
  if (first < 1 || first > MOST)
    throw new CameoError('BAD_INPUT', `\`first\` is ${first}; it goes from 1 to ${MOST}.`, [
      'first',
    ]);
  const task = asked ?? model.labels;
  if (task === null || model.activeVersionId === null) return [];
  if (model.kind === 'REGRESS') return numbersApart(db, model, task, first);
  const pool = await leastSure(db, model, task, Math.max(POOL.least, POOL.each * first));
  const candidates = pool.map(({ uncertainty, bytes }): Candidate => {
    const vector = bytes && normalise(readFloats(bytes));
    return { uncertainty, ...(vector && { vector }) };
  });
  return chooseCandidates(candidates, first, model.activeVersionId).map((place) => {
    const { bytes: _, ...row } = pool[place] as Pooled;
    return row;
  });
}

interface Pooled extends LabelCandidateRow {
  readonly uncertainty: number;
  readonly bytes: Buffer | null;
}

/** Living and without a label for the task. */
const unlabelled = ({ domainId }: ModelRow, task: string) => sql`
  p.task = ${task} and c.domain_id = ${domainId} and c.merged_into_id is null
  and not exists (select from label l where l.customer_id = c.id and l.task = p.task)`;

/** The least sure one of each input, with its embedding where there is one. */
function leastSure(db: Queryable, model: ModelRow, task: string, most: number): Promise<Pooled[]> {
  return db.query<Pooled>(sql`
    select p.customer_id as "customerId", p.value, p.probability as confidence, p.uncertainty,
      ${floatsSql(sql`e."values"`)} as bytes
    from (
      select * from (
        select distinct on (p.input_hash) p.customer_id, p.value, p.probability,
          coalesce(p.uncertainty, 1 - p.probability, 1) as uncertainty
        from prediction p join customer c on c.id = p.customer_id
        where ${unlabelled(model, task)}
        order by p.input_hash, p.customer_id
      ) each
      order by uncertainty desc, customer_id limit ${most}
    ) p
      left join (${servingSql(sql`${model.domain}`, null)}) m on true
      left join embedding e
        on e.customer_id = p.customer_id and e.model = m.model and e.version = m.version
    order by p.uncertainty desc, p.customer_id`);
}

async function numbersApart(
  db: Queryable,
  model: ModelRow,
  task: string,
  first: number,
): Promise<LabelCandidateRow[]> {
  const rows = await db.query<{ customerId: number; value: number }>(sql`
    select p.customer_id as "customerId", p.value
    from prediction p join customer c on c.id = p.customer_id
    where ${unlabelled(model, task)} and jsonb_typeof(p.value) = 'number'
    order by p.customer_id`);
  const known = await db.query<{ value: number }>(sql`
    select distinct value from label
    where domain_id = ${model.domainId} and task = ${task} and jsonb_typeof(value) = 'number'`);
  const predicted = rows.map(({ value }) => value);
  return spreadValues(
    predicted,
    known.map(({ value }) => value),
    first,
  ).map((place) => {
    const { customerId, value } = rows[place] as (typeof rows)[number];
    return { customerId, value, confidence: null, uncertainty: null };
  });
}
