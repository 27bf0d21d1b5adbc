// model.labelCandidates over 100,000 customers with predictions and embeddings, a tenth of them labelled:
// how long a call takes, and for how long at a time it keeps the process from answering others.
// --customers=20000 makes it smaller.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import sql from 'sql-template-tag';
import { systemActor } from '../../src/auth.ts';
import type { Db } from '../../src/db.ts';
import { labelCandidates } from '../../src/features/models/label-candidates.ts';
import { requireModel } from '../../src/features/models/model.ts';
import { median, report, timed } from '../helpers/figures.ts';
import { embedAll } from '../similar/embed-all.ts';
import { NOW, size, withDatabase } from '../store/setup.ts';

const CUSTOMERS = size('customers', 100_000);
const CALLS = 11;
const MOST = { calls: 500, stall: 100 };

await withDatabase(async (db) => {
  await db.query(
    sql`insert into customer (domain_id) select 1 from generate_series(1, ${CUSTOMERS}::int)`,
  );
  await embedAll(db, CUSTOMERS, NOW);
  await predictAll(db, 'mood', 'CLASSIFY');
  await predictAll(db, 'spend', 'REGRESS');
  for (const table of ['customer', 'prediction', 'label', 'embedding'])
    await db.pool.query(`vacuum analyze ${table}`);
  await measure(db, 'mood', 'classes');
  await measure(db, 'spend', 'numbers');
});

/** A model with a version, its predictions of everybody with three reasons each, and labels of every tenth. */
async function predictAll(db: Db, task: string, kind: 'CLASSIFY' | 'REGRESS'): Promise<void> {
  const [version] = await db.query<{ id: number }>(sql`
    with m as (
      insert into model (name, domain_id, kind, labels, training)
      values (${task}, 1, ${kind}::"TaskKind", ${task}, '{}') returning id)
    insert into model_version (model_id, number, data_hash, rows, code_version, spec,
      hyperparameters, metrics, baselines, winner, decided_by, artefact)
    select id, 1, '', '{}', 'bench', '{}', '{}', '{}', '{}', 'model', 'x', '' from m returning id`);
  const id = version?.id ?? 0;
  await db.query(sql`update model set active_version_id = ${id} where name = ${task}`);
  const isNumber = kind === 'REGRESS';
  await db.query(sql`select setseed(0.5)`);
  await db.query(sql`
    insert into prediction
      (customer_id, task, version_id, value, probability, uncertainty, reasons, input_hash, at)
    select id, ${task}, ${id},
      case when ${isNumber} then to_jsonb(sure * 1000) else to_jsonb('class ' || id % 3) end,
      case when not ${isNumber} then sure end, case when not ${isNumber} then 1 - sure end,
      jsonb_build_array(reason, reason, reason), encode(sha256(id::text::bytea), 'hex'), ${NOW}
    from (select id, random() as sure from customer) c,
      jsonb_build_object('name', 'spend_90d', 'contribution', 0.25, 'text', 'spend 90d: 130') reason`);
  await db.query(sql`
    insert into label (customer_id, domain_id, task, value, at, source)
    select customer_id, 1, task, value, at, 'bench' from prediction
    where task = ${task} and customer_id % 10 = 0`);
}

async function measure(db: Db, name: string, what: string): Promise<void> {
  const model = await requireModel(db, systemActor('bench'), name, []);
  const times: number[] = [];
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  for (let call = 0; call < CALLS; call += 1)
    times.push(await timed(() => labelCandidates({ db }, model, { first: 100 })));
  stalls.disable();
  const stall = stalls.max / 1e6;
  report({
    bench: `labelCandidates(first: 100) of ${CUSTOMERS} customers, ${what}`,
    figure: `${median(times).toFixed(0)} ms, slowest of ${CALLS} ${Math.max(...times).toFixed(0)} ms, at most ${stall.toFixed(0)} ms without a pause`,
    bar: `< ${MOST.calls} ms, < ${MOST.stall} ms without a pause`,
    met: median(times) < MOST.calls && stall < MOST.stall,
  });
}
