import { parsePattern } from '../rule/pattern.ts';
import { buildMachine, type Machine, machineMatches } from '../rule/pattern-machine.ts';
import type { Json, ValueTest } from '../rule/types.ts';

/**
 * Whether a value passes a test. Missing (null or undefined) passes NE, NOT_IN and NOT_EXISTS only.
 * Nothing is converted: 5 and "5" differ, and only numbers with numbers and texts with texts (by code
 * point) have an order.
 */
export function testValue(test: ValueTest, actual: Json | undefined): boolean {
  switch (test.op) {
    case 'NE':
      return !passes('EQ', test.value, actual);
    case 'NOT_IN':
      return !passes('IN', test.value, actual);
    case 'NOT_EXISTS':
      return actual === null || actual === undefined;
    default:
      return passes(test.op, test.value, actual);
  }
}

type PositiveOp = Exclude<ValueTest['op'], 'NE' | 'NOT_IN' | 'NOT_EXISTS'>;

function passes(op: PositiveOp, expected: Json | undefined, actual: Json | undefined): boolean {
  if (actual === null || actual === undefined) return false;
  if (op === 'EXISTS') return true;
  if (expected === null || expected === undefined) return false;
  if (op === 'EQ') return jsonEqual(actual, expected);
  if (op === 'IN')
    return Array.isArray(expected) && expected.some((entry) => jsonEqual(actual, entry));
  if (op === 'CONTAINS' && Array.isArray(actual))
    return actual.some((entry) => jsonEqual(entry, expected));
  if (typeof actual === 'number' && typeof expected === 'number')
    return inOrder(op, actual - expected);
  if (typeof actual !== 'string' || typeof expected !== 'string') return false;
  return textPasses(op, actual, expected);
}

function textPasses(op: PositiveOp, actual: string, expected: string): boolean {
  switch (op) {
    case 'CONTAINS':
      return actual.includes(expected);
    case 'STARTS_WITH':
      return actual.startsWith(expected);
    case 'ENDS_WITH':
      return actual.endsWith(expected);
    case 'MATCHES':
      return machineMatches(machineOf(expected), actual);
    default:
      return inOrder(op, compareCodePoints(actual, expected));
  }
}

function inOrder(op: PositiveOp, difference: number): boolean {
  if (op === 'LT') return difference < 0;
  if (op === 'LTE') return difference <= 0;
  if (op === 'GT') return difference > 0;
  return op === 'GTE' && difference >= 0;
}

/** Equality of JSON: numbers by value, objects whatever the order of their keys. */
export function jsonEqual(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return listEqual(a, b);
  const left = a as Readonly<Record<string, Json>>;
  const right = b as Readonly<Record<string, Json>>;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((k) => Object.hasOwn(right, k) && jsonEqual(left[k] ?? null, right[k] ?? null))
  );
}

function listEqual(a: Json, b: Json): boolean {
  return (
    Array.isArray(a) &&
    Array.isArray(b) &&
    a.length === b.length &&
    a.every((entry, index) => jsonEqual(entry as Json, b[index] as Json))
  );
}

/** Order by code point, as PostgreSQL's collation "C" has it; UTF-16 order differs past U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Halves of surrogate pairs stand for code points above every other code unit. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

const machines = new Map<string, Machine>();
const MOST_MACHINES = 500;

function machineOf(pattern: string): Machine {
  const known = machines.get(pattern);
  if (known) return known;
  if (machines.size >= MOST_MACHINES) machines.clear();
  const machine = buildMachine(parsePattern(pattern));
  machines.set(pattern, machine);
  return machine;
}
