import type { TrainingSpec } from '../../../ml/run/spec.ts';
import type { Notifications } from '../../../notifications.ts';
import type { ArtefactStore } from '../../artefacts/store.ts';
import type { ModelDeps } from '../deps.ts';
import type { Command } from './child.ts';

/** How training processes are started here. */
export interface Trainer {
  /** The run's folder is added as the last argument. */
  readonly command: Command;
  /** Where the folders of runs are. */
  readonly runs: string;
  readonly threads: number;
  readonly backend: TrainingSpec['backend'];
  /** A process that takes longer is ended, and its run fails. */
  readonly timeoutMs: number;
  /** What the process is made of: goes with every version. */
  readonly codeVersion: string;
}

/** What carries a run out. */
export interface TrainingDeps extends ModelDeps {
  readonly notifications: Notifications;
  readonly artefacts: ArtefactStore;
  readonly trainer: Trainer;
}
