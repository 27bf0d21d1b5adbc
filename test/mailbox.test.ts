import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMailbox, GAP } from '../src/mailbox.ts';

describe('createMailbox', () => {
  it('gives what was put, in order, or says that something is lost; never more than its limit', async () => {
    const moves = fc.array(fc.oneof(fc.constant('take'), fc.constant('put')));
    await fc.assert(
      fc.asyncProperty(moves, fc.integer({ min: 1, max: 4 }), async (steps, limit) => {
        const box = createMailbox(limit, () => {});
        let expected: string[] = [];
        for (const [index, step] of steps.entries()) {
          if (step === 'put') {
            box.put(`${index}`);
            expected = expected.length < limit ? [...expected, `${index}`] : [GAP];
          } else if (expected.length > 0) {
            expect(await box.next()).toEqual({ value: expected.shift(), done: false });
          }
        }
      }),
    );
  });

  it('gives an item to the reader who has waited longest', async () => {
    const box = createMailbox(1, () => {});
    const waiting = [box.next(), box.next()];
    box.put('a');
    box.put('b');
    expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual(['a', 'b']);
  });

  it('tells once that its reader left, and takes nothing after', async () => {
    let left = 0;
    const box = createMailbox(1, () => {
      left += 1;
    });
    await box.return();
    await box.return();
    box.put('late');
    expect(left).toBe(1);
    expect(await box.next()).toEqual({ value: undefined, done: true });
  });
});
