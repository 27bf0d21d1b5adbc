import { type Pattern, PatternError } from './pattern.ts';

/** One step of a Thompson automaton; `to` are the steps that follow. */
type Step =
  | { kind: 'set'; pattern: Pattern & { kind: 'set' }; to: number }
  | { kind: 'start'; to: number }
  | { kind: 'end'; to: number }
  | { kind: 'fork'; to: number; or: number }
  | { kind: 'match' };

/** A pattern as an automaton; step 0 matches, `entry` is where it begins. */
export interface Machine {
  readonly steps: readonly Step[];
  readonly entry: number;
}

const MOST_STEPS = 1_000;

/** @throws PatternError when the pattern's repetitions make it too large. */
export function buildMachine(pattern: Pattern): Machine {
  const steps: Step[] = [{ kind: 'match' }];
  return { entry: add(steps, pattern, 0), steps };
}

/** Adds the steps for `pattern` that go on to step `to`; the number of the first. */
function add(steps: Step[], pattern: Pattern, to: number): number {
  switch (pattern.kind) {
    case 'set':
      return push(steps, { kind: 'set', pattern, to });
    case 'start':
    case 'end':
      return push(steps, { kind: pattern.kind, to });
    case 'sequence':
      return pattern.parts.reduceRight((next, part) => add(steps, part, next), to);
    case 'choice':
      return pattern.options
        .map((option) => add(steps, option, to))
        .reduceRight((or, first) => push(steps, { kind: 'fork', to: first, or }));
    case 'repeat':
      return repeat(steps, pattern, to);
  }
}

function repeat(steps: Step[], pattern: Pattern & { kind: 'repeat' }, to: number): number {
  let next = to;
  if (pattern.max === Number.POSITIVE_INFINITY) {
    const loop = push(steps, { kind: 'fork', to, or: to });
    steps[loop] = { kind: 'fork', to: add(steps, pattern.part, loop), or: to };
    next = loop;
  } else {
    for (let n = pattern.min; n < pattern.max; n++)
      next = push(steps, { kind: 'fork', to: add(steps, pattern.part, next), or: to });
  }
  for (let n = 0; n < pattern.min; n++) next = add(steps, pattern.part, next);
  return next;
}

function push(steps: Step[], step: Step): number {
  if (steps.length >= MOST_STEPS)
    throw new PatternError(
      `is too large once its repetitions are written out (${MOST_STEPS} steps)`,
    );
  return steps.push(step) - 1;
}

/** Whether the pattern matches anywhere in the text, in time linear in its length. */
export function machineMatches(machine: Machine, text: string): boolean {
  let current = new Set<number>();
  let first = true;
  for (const char of text) {
    if (reach(machine, machine.entry, current, first, false)) return true;
    const code = char.codePointAt(0) ?? 0;
    const following = new Set<number>();
    for (const at of current) {
      const step = machine.steps[at];
      if (step?.kind !== 'set' || !inSet(step.pattern, code)) continue;
      if (reach(machine, step.to, following, false, false)) return true;
    }
    // States whose "$" failed here are looked at again below, once the text has ended.
    current = following;
    first = false;
  }
  return matchesAtEnd(machine, current, first);
}

function matchesAtEnd(machine: Machine, current: ReadonlySet<number>, first: boolean): boolean {
  const seen = new Set<number>();
  if (reach(machine, machine.entry, seen, first, true)) return true;
  for (const at of current) {
    const step = machine.steps[at];
    if (step?.kind === 'end' && reach(machine, step.to, seen, first, true)) return true;
  }
  return false;
}

/** Adds every step that can be reached from `at` without a character; true when that is a match. */
function reach(m: Machine, at: number, into: Set<number>, first: boolean, last: boolean): boolean {
  if (into.has(at)) return false;
  into.add(at);
  const step = m.steps[at];
  if (!step || step.kind === 'match') return true;
  if (step.kind === 'set') return false;
  if (step.kind === 'start') return first && reach(m, step.to, into, first, last);
  if (step.kind === 'end') return last && reach(m, step.to, into, first, last);
  return reach(m, step.to, into, first, last) || reach(m, step.or, into, first, last);
}

function inSet(set: Pattern & { kind: 'set' }, code: number): boolean {
  return set.ranges.some(([from, to]) => code >= from && code <= to) !== set.negated;
}
