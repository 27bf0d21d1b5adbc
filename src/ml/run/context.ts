import { join } from 'node:path';
import type { EngineName } from '../engine/open.ts';
import type { CurvePoint, RunMessage } from './messages.ts';

/** What a run is done with, and whom it tells. */
export interface RunContext {
  readonly engine: EngineName;
  readonly threads: number;
  /** The run's folder; undefined keeps no checkpoints. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
  readonly report: (message: RunMessage) => void;
  /** Milliseconds from any start. */
  readonly elapsed: () => number;
  /** The folder of a job's checkpoint. */
  readonly checkpoint: (job: string) => string;
  readonly progress: (job: string, steps: number) => ProgressReporter;
}

/** Tells of a job's steps, several at a time. */
export interface ProgressReporter {
  readonly onStep: (step: { readonly step: number; readonly loss: number }) => void;
  /** Tells of those that are left. */
  readonly end: () => void;
}

type Parts = Pick<RunContext, 'engine' | 'threads' | 'report' | 'elapsed'> & {
  readonly folder?: string;
  readonly signal?: AbortSignal;
};

/** Between two messages of progress. */
const PACE_MS = 500;

export function createContext(parts: Parts): RunContext {
  const { folder = '', report, elapsed } = parts;
  return {
    ...parts,
    checkpoint: (job) => join(folder, 'checkpoint', job),
    progress: (job, steps) => progressReporter(job, steps, report, elapsed),
  };
}

function progressReporter(
  job: string,
  steps: number,
  report: RunContext['report'],
  elapsed: () => number,
): ProgressReporter {
  const split = job === 'train' ? 'train' : `train ${job}`;
  let points: CurvePoint[] = [];
  let told = elapsed();
  let first: { step: number; at: number } | undefined;
  const tell = (now: number) => {
    const last = points.at(-1);
    if (!last || !first) return;
    const each = (now - first.at) / Math.max(1, last.step - first.step);
    const etaMs = Math.round(each * (steps - last.step));
    report({ type: 'progress', step: last.step, steps, loss: last.value, etaMs });
    report({ type: 'curve', points });
    points = [];
    told = now;
  };
  return {
    onStep({ step, loss }) {
      const now = elapsed();
      // The first step compiles: it says nothing about the pace of the others.
      first ??= { step, at: now };
      points.push({ step, split, metric: 'loss', value: loss });
      if (now - told >= PACE_MS) tell(now);
    },
    end: () => tell(elapsed()),
  };
}
