import sql from 'sql-template-tag';
import { CameoError } from '../../../errors.ts';
import { readT5Manifest } from '../../../ml/t5/run/manifest.ts';
import { asTaught } from '../../training/as-taught.ts';
import type { RowsRequest } from '../../training/request.ts';
import { newestLabels } from '../../training/subjects.ts';
import { trainingRequest } from '../request.ts';
import type { AskedHyperparameters } from '../text-to-text/hyperparameters.ts';
import { isElsewhere } from '../text-to-text/transfer.ts';
import type { VersionRow } from '../version.ts';
import type { BegunRun } from './begin-run.ts';
import type { TrainingDeps } from './deps.ts';
import { baseFolder, versionOf } from './start-folder.ts';

/** Rows of the version that a training goes on from. */
interface SourcePlan {
  readonly file: string;
  readonly rows: RowsRequest;
  /** The hyper-parameter, as the training process reads it. */
  readonly replay: Readonly<Record<string, unknown>>;
  /** The folder of what the version was first trained from, where the training needs it. */
  readonly root?: string;
}

const FILE = 'source.jsonl';
/** Customers' labels beyond this number are thinned out. */
const MOST_LABELS = 20_000;

/**
 * The rows of the source version's own task and domain, drawn again: to be replayed, if that is asked
 * for, and to tell what was forgotten. Undefined for a training that goes on in the same task and
 * domain, or from no version that answers.
 */
export async function planSource(
  deps: TrainingDeps,
  { model, request }: BegunRun,
  { at = deps.clock.now() }: RowsRequest,
  { replay, compare, ensemble, sourceShare }: AskedHyperparameters,
): Promise<SourcePlan | undefined> {
  if (request.from === undefined) return undefined;
  const version = await versionOf(deps, request.from);
  if (!isElsewhere(version, model.domain, model.labels)) return undefined;
  const { split } = version.hyperparameters as { readonly split?: unknown };
  return {
    file: FILE,
    rows: await rowsOf(deps, version, at),
    replay: { rows: FILE, share: replay?.share ?? 0, split, seed: version.spec.seed },
    ...((compare || ensemble || sourceShare < 1) && { root: await rootOf(deps, version) }),
  };
}

/** As the version's own rows were drawn, from what is known by now. */
async function rowsOf(deps: TrainingDeps, version: VersionRow, at: Date): Promise<RowsRequest> {
  const { db, artefacts } = deps;
  const [domain] = await db.query<RowsRequest['domain']>(
    sql`select id, key from domain where key = ${version.domain}`,
  );
  if (!domain) throw new CameoError('NOT_FOUND', `The domain "${version.domain}" is gone.`);
  const task = version.labels ?? '';
  const { several } = await readT5Manifest(await artefacts.open(version.artefact));
  const [counted] = await db.query<{ count: number }>(sql`
    select count(*)::int as count from (${newestLabels(domain.id, { labels: task }, at)}) newest`);
  const { labels } = version.spec.task;
  return {
    ...{ domain, at, task: { kind: 'GENERATE', labels: task, several } },
    ...asTaught(version.spec, version.featureService?.name),
    ...(labels.length > 0 && { labels }),
    oneIn: Math.max(1, Math.ceil((counted?.count ?? 0) / MOST_LABELS)),
  };
}

/** The folder of the model that the first version of a line of versions was trained from. */
async function rootOf(deps: TrainingDeps, version: VersionRow): Promise<string> {
  if (version.kind !== 'GENERATE') return deps.artefacts.open(version.artefact);
  if (version.parentId !== null) return rootOf(deps, await versionOf(deps, version.parentId));
  const [run] = await deps.db.query<{ request: unknown }>(
    sql`select request from training_run where version_id = ${version.id}`,
  );
  // By its name where the request is known: folders move.
  if (!run) return version.spec.base;
  return baseFolder(deps, version.kind, trainingRequest.parse(run.request));
}
