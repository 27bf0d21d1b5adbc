import { createHash } from 'node:crypto';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { CameoError } from '../../errors.ts';
import { canonical, hashOf, viewDefinition } from './definition-row.ts';
import type { FeatureType } from './feature-type.ts';
import { checkName } from './names.ts';
import { type Column, toParquet, writeParquet } from './parquet.ts';
import type { Plan } from './plan.ts';
import { type Executor, type StoreDb, transaction } from './postgres.ts';
import { sqlType } from './tables.ts';

export interface SavedTrainingSet {
  readonly id: number;
  readonly name: string;
  /** SHA-256 over the rows: equal for equal rows in equal order. */
  readonly hash: string;
  readonly rowCount: number;
  /** The Parquet file; null where no folder was given. */
  readonly file: string | null;
  /** The same rows, in the schema feature_store. */
  readonly table: string;
}

export interface TrainingSetInput {
  readonly name: string;
  readonly plan: Plan;
  readonly knownAt: string;
  readonly chunks: AsyncIterable<Record<string, unknown>[]>;
  readonly folder: string | undefined;
  readonly at: Date;
}

/** Writes rows to a Parquet file and a table, a chunk at a time, with what they were made from. */
export async function saveTrainingSet(
  db: StoreDb,
  input: TrainingSetInput,
): Promise<SavedTrainingSet> {
  checkName('training set', input.name);
  return transaction(db, async (tx) => {
    const [{ id } = { id: 0 }] = await tx.query<{ id: number }>(
      sql`select nextval(pg_get_serial_sequence('training_set', 'id'))::int as id`,
    );
    const table = `training_set_${id}`;
    const chunks = input.chunks[Symbol.asyncIterator]();
    const first = await chunks.next();
    if (first.done)
      throw new CameoError('BAD_INPUT', `training set "${input.name}": it has no rows.`);
    const columns = toColumns(input.plan, first.value);
    await tx.query(sql`create table ${raw(`feature_store.${table}`)} (row_number int primary key,
      ${join(columns.map(({ name, type }) => sql`${quoted(name)} ${sqlType(type)}`))})`);
    const sink = { hash: createHash('sha256'), count: 0 };
    const rows = pour(tx, table, columns, sink, first.value, chunks);
    const file = await writeParquet(input, columns, rows, () => sink.hash.copy().digest('hex'));
    const hash = sink.hash.digest('hex');
    await record(tx, input, { id, table, hash, file, rowCount: sink.count });
    return { id, name: input.name, hash, rowCount: sink.count, file, table };
  });
}

/** Features have their own types; labels and keys the type of the first value that is not null. */
function toColumns(
  { outputs, onDemand }: Plan,
  rows: readonly Record<string, unknown>[],
): Column[] {
  const types = new Map<string, FeatureType>();
  for (const { name, feature, from } of outputs) {
    const computed = 'onDemand' in from ? onDemand[from.onDemand]?.view.features : undefined;
    const type = 'type' in from ? from.type : computed?.find((it) => it.name === feature)?.type;
    if (type) types.set(name, type);
  }
  return Object.keys(rows[0] ?? {}).map((name) => ({
    name,
    type: name === 'at' ? { kind: 'timestamp' } : (types.get(name) ?? guess(name, rows)),
  }));
}

function guess(name: string, rows: readonly Record<string, unknown>[]): FeatureType {
  const value = rows.find((row) => row[name] != null)?.[name];
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'double' };
  if (typeof value === 'boolean') return { kind: 'bool' };
  if (value instanceof Date) return { kind: 'timestamp' };
  return { kind: typeof value === 'object' ? 'json' : 'text' };
}

const quoted = (name: string): Sql => raw(`"${name.replaceAll('"', '""')}"`);

/** Passes rows on, hashing them and putting them in the table as they go by. */
async function* pour(
  tx: Executor,
  table: string,
  columns: readonly Column[],
  sink: { hash: ReturnType<typeof createHash>; count: number },
  first: Record<string, unknown>[],
  rest: AsyncIterator<Record<string, unknown>[]>,
): AsyncGenerator<Record<string, unknown>> {
  sink.hash.update(`${columns.map(({ name }) => name).join('\t')}\n`);
  for (let chunk: Record<string, unknown>[] | undefined = first; chunk; ) {
    for (let start = 0; start < chunk.length; start += 5000) {
      await insert(tx, table, columns, chunk.slice(start, start + 5000), sink.count + start);
    }
    for (const row of chunk) {
      sink.hash.update(`${canonical(columns.map(({ name }) => row[name] ?? null))}\n`);
      yield Object.fromEntries(columns.map(({ name, type }) => [name, toParquet(type, row[name])]));
    }
    sink.count += chunk.length;
    const next: IteratorResult<Record<string, unknown>[]> = await rest.next();
    chunk = next.done ? undefined : next.value;
  }
}

async function insert(
  tx: Executor,
  table: string,
  columns: readonly Column[],
  rows: readonly Record<string, unknown>[],
  before: number,
): Promise<void> {
  const json = rows.map((row, index) => [
    before + index,
    ...columns.map(({ name }) => row[name] ?? null),
  ]);
  const records = json.map((values) =>
    Object.fromEntries(values.map((value, at) => [`c${at}`, value])),
  );
  const fields = columns.map(({ type }, at) => sql`${raw(`c${at + 1}`)} ${sqlType(type)}`);
  await tx.query(sql`
    insert into ${raw(`feature_store.${table}`)}
    select * from json_to_recordset(${JSON.stringify(records)}::json) as r(c0 int, ${join(fields)})`);
}

async function record(
  tx: Executor,
  { name, plan, knownAt, at }: TrainingSetInput,
  made: { id: number; table: string; hash: string; file: string | null; rowCount: number },
): Promise<void> {
  const views = plan.groups.map(({ stored: { view } }) => ({
    view: view.name,
    version: view.version,
    hash: hashOf(viewDefinition(view)),
  }));
  const features = plan.outputs.map((output) => `${output.view}:${output.feature}`);
  await tx.query(sql`
    insert into training_set (id, name, service, service_version, features, views, known_at, hash,
      row_count, file, table_name, created_at)
    values (${made.id}, ${name}, ${plan.service?.service.name ?? null}, ${plan.service?.version ?? null},
      ${JSON.stringify(features)}, ${JSON.stringify(views)}, ${knownAt}, ${made.hash}, ${made.rowCount},
      ${made.file}, ${made.table}, ${at})`);
}
