import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of a delivery. Its id stays the same when it is sent again. */
export const DELIVERY_HEADER = 'cameo-delivery';
/** Seconds since the epoch at which this attempt was signed. */
export const TIMESTAMP_HEADER = 'cameo-timestamp';
/** `v1=` and the hex HMAC-SHA256 of `<timestamp>.<body>`; the body names the delivery, so it is signed too. */
export const SIGNATURE_HEADER = 'cameo-signature';

export function sign(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

export interface Received {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** The body as it came over the wire, not parsed and written again. */
  readonly body: string;
}

const TOLERANCE_S = 300;

/**
 * What a receiver does before it believes a delivery: the signature is right, and the timestamp is at
 * most five minutes off, so that an old one cannot be played again. Within these minutes the receiver
 * keeps the delivery ids that it has seen, and does each once.
 *
 * @param now milliseconds since the epoch
 */
export function verify(secret: string, received: Received, now: number): boolean {
  const timestamp = Number(received.timestamp);
  if (!Number.isInteger(timestamp) || Math.abs(now / 1_000 - timestamp) > TOLERANCE_S) return false;
  const expected = Buffer.from(sign(secret, timestamp, received.body));
  const given = Buffer.from(received.signature ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
