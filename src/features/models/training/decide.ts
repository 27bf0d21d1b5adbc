import type { RunResult } from '../../../ml/run/messages.ts';

/** The name of the model itself among those that are compared. */
const MODEL = 'model';
/** The baseline that is the version active when the training began. */
const ACTIVE = 'active';

/**
 * Whether a new version becomes the active one: when it did best of all on the test rows, the version
 * that is active now among them.
 */
export function decide(
  { winner, decidedBy, metrics, baselines }: RunResult,
  hasActive: boolean,
): { readonly promote: boolean; readonly decision: string } {
  const figure = (of: { readonly [name: string]: unknown } | undefined) => {
    const value = of?.[decidedBy];
    return typeof value === 'number' ? ` (${value.toPrecision(4)})` : '';
  };
  const rivals = Object.entries(baselines).map(([name, of]) => `${nameOf(name)}${figure(of)}`);
  const against = rivals.length > 0 ? ` against ${rivals.join(', ')}` : '';
  if (winner !== MODEL)
    return {
      promote: false,
      decision: `Kept as a candidate: ${nameOf(winner)}${figure(baselines[winner])} did better by ${decidedBy} than the model${figure(metrics)}.`,
    };
  if (hasActive && !(ACTIVE in baselines))
    return {
      promote: false,
      decision: `Kept as a candidate: the model${figure(metrics)} won by ${decidedBy}${against}, but the active version was not judged on these rows.`,
    };
  return {
    promote: true,
    decision: `Promoted: the model${figure(metrics)} won by ${decidedBy}${against}.`,
  };
}

const nameOf = (name: string): string => (name === ACTIVE ? 'the active version' : name);
