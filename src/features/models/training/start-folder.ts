import { systemActor } from '../../../auth.ts';
import { noBase, shippedBase } from '../bases.ts';
import type { TaskKind } from '../kinds.ts';
import type { TrainingRequest } from '../request.ts';
import { requireVersion, type VersionRow } from '../version.ts';
import type { TrainingDeps } from './deps.ts';

const trainer = systemActor('job:train');

/** @throws CameoError NOT_FOUND when there is none any more */
export const versionOf = ({ db }: Pick<TrainingDeps, 'db'>, id: number): Promise<VersionRow> =>
  requireVersion(db, trainer, id, ['from']);

/** The folder of a version; undefined without one. */
export async function folderOf(
  deps: Pick<TrainingDeps, 'db' | 'artefacts'>,
  versionId: number | null | undefined,
): Promise<string | undefined> {
  if (versionId == null) return undefined;
  return deps.artefacts.open((await versionOf(deps, versionId)).artefact);
}

/** Empty for a training that reads no text, which needs none. */
export function baseFolder(
  { bases }: Pick<TrainingDeps, 'bases'>,
  kind: TaskKind,
  { base, text }: Pick<TrainingRequest, 'base' | 'text'>,
): string {
  const folder = bases.find(base ?? shippedBase(kind));
  if (folder !== undefined) return folder;
  if (text === 'NONE') return '';
  throw noBase(base, kind);
}
