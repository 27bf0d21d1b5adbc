import { createHash } from 'node:crypto';

const SHARES = 10_000;

/**
 * Whether a customer is left alone, for comparison: the same answer every time, another draw for each
 * segment. Whoever is held out at a percentage is so at every greater one.
 *
 * @param percent 0 to 100, to two digits
 */
export function heldOut(segmentKey: string, customerId: number, percent: number): boolean {
  const digest = createHash('sha256').update(`${segmentKey}:${customerId}`).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * SHARES < Math.round(percent * 100);
}
