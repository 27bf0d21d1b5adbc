import type { Json } from '../../../../src/features/segments/rule/types.ts';

/** Texts that comparisons get wrong: empty, numbers, accents composed and not, past U+FFFF, quotes. */
export const TEXTS = [
  '',
  '5',
  '1',
  '10',
  'a',
  'ab',
  'A',
  'é',
  'e\u0301',
  '𐐷',
  '\uffee',
  '中文',
  ' ',
  'a\nb',
  '\\',
  '%',
  "x'y",
  '2024-01-05',
] as const;
export const SCALARS = [...TEXTS, 0, 1, 5, -1, 0.1, 2.5, 12, 1e21, 2 ** 53, true, false] as const;
export const STRUCTURES: readonly Json[] = [
  [],
  ['a', 1],
  [['a']],
  [true, '5'],
  {},
  { a: 1 },
  { b: [1], a: 'é' },
  { a: 1.0 },
];
export const ANY_VALUE: readonly Json[] = [...SCALARS, ...STRUCTURES, null, [null, 5]];
