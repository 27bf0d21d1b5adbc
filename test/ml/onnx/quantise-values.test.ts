import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quantiseColumns, quantiseRows, transposed } from '../../../src/ml/onnx/quantise-values.ts';

/** Matrices with values of very different sizes, zeros and whole rows of zeros among them. */
const matrices = fc
  .record({ rows: fc.integer({ min: 1, max: 8 }), columns: fc.integer({ min: 1, max: 8 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      values: fc.array(fc.oneof(fc.constant(0), fc.float({ min: -1e6, max: 1e6, noNaN: true })), {
        minLength: rows * columns,
        maxLength: rows * columns,
      }),
    }),
  );

describe('symmetric rounding to eight bits', () => {
  it('is off by half a scale at most, and by nothing for the largest of each row', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, values }) => {
        const data = Float32Array.from(values);
        const { values: bytes, scales } = quantiseRows(data, rows, columns);
        for (let row = 0; row < rows; row++) {
          const scale = scales[row] as number;
          const cells = [...data.subarray(row * columns, (row + 1) * columns)];
          const largest = Math.max(...cells.map(Math.abs));
          cells.forEach((cell, column) => {
            const back = (bytes[row * columns + column] as number) * scale;
            // Beyond half a scale only what float32 loses of the scale itself, 127 times: much of
            // it where the scale is subnormal.
            const lost = largest * 1e-6 + 1e-37;
            expect(Math.abs(back - cell)).toBeLessThanOrEqual(scale * 0.5001 + lost);
            if (Math.abs(cell) === largest && scale > 1e-37)
              expect(Math.abs(bytes[row * columns + column] as number)).toBe(cell === 0 ? 0 : 127);
          });
        }
      }),
    );
  });

  it('never uses -128, so that a matrix and its negative round alike', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, values }) => {
        const data = Float32Array.from(values);
        const there = quantiseRows(data, rows, columns);
        const back = quantiseRows(
          data.map((x) => -x),
          rows,
          columns,
        );
        expect(back.scales).toEqual(there.scales);
        there.values.forEach((byte, i) => {
          expect(byte).toBeGreaterThanOrEqual(-127);
          // Math.round takes halves upward, so that those alone may differ by one.
          expect(Math.abs(byte + (back.values[i] as number))).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it('by columns is by rows of the transposed', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, values }) => {
        const data = Float32Array.from(values);
        const byColumns = quantiseColumns(data, rows, columns);
        for (let column = 0; column < columns; column++) {
          const cells = Float32Array.from(
            { length: rows },
            (_, r) => values[r * columns + column] as number,
          );
          const alone = quantiseRows(cells, 1, rows);
          expect(byColumns.scales[column]).toBe(alone.scales[0]);
          for (let row = 0; row < rows; row++)
            expect(byColumns.values[row * columns + column]).toBe(alone.values[row]);
        }
      }),
    );
  });

  it('leaves zeros zero', () => {
    expect(quantiseRows(new Float32Array(4), 2, 2)).toEqual({
      values: new Int8Array(4),
      scales: Float32Array.of(1, 1),
    });
  });
});

describe('a transposed matrix', () => {
  it('has rows for columns', () => {
    expect(transposed(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3)).toEqual(
      Float32Array.of(1, 4, 2, 5, 3, 6),
    );
  });
});
