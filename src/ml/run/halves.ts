import type { Dataset } from './dataset.ts';

/** Texts with fewer tokens say too little in half. */
const LEAST = 8;

/**
 * Rows to judge vectors by where no labels say what is alike: each text in two halves, which are to
 * be nearest each other.
 */
export function halvesOf(data: Dataset, places: readonly number[]): Dataset {
  const { text } = data.inputs;
  const long = places.filter((place) => (text?.ids[place]?.length ?? 0) >= LEAST);
  const ids = long.flatMap((place) => {
    const own = text?.ids[place] as Int32Array;
    const [first, last] = [own[0] as number, own.at(-1) as number];
    const middle = Math.floor(own.length / 2);
    return [
      Int32Array.from([...own.subarray(0, middle), last]),
      Int32Array.from([first, ...own.subarray(middle)]),
    ];
  });
  return {
    rows: long.flatMap((place) => Array.from({ length: 2 }, () => data.rows[place] as never)),
    inputs: { count: ids.length, text: { ids, pad: text?.pad ?? 0 } },
    truths: ids.map((_, i) => Math.floor(i / 2)),
  };
}
