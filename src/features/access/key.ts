import { createHash, randomBytes } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Role } from '../../auth.ts';

/** What is kept of a key; the key itself is not. */
export interface KeyRecord {
  readonly id: number;
  readonly name: string;
  /** How the key begins, to recognise it by. */
  readonly prefix: string;
  readonly role: Role;
  /** Empty: every domain, those yet to come included. */
  readonly domains: readonly string[];
  readonly createdAt: Date;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Notified when keys are made or revoked, so that no process answers from its memory. */
export const KEYS_CHANNEL = 'cameo_keys';

/** Prefix of the development key, whatever its value. */
export const DEVELOPMENT = 'development';

export const keyColumns = sql`
  id, name, prefix, lower(role::text) as role, domains,
  created_at as "createdAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"`;

/** A new key of 192 random bits: "cameo_3f9a1c_...", and how it begins. */
export function makeKey(): { key: string; prefix: string } {
  const prefix = `cameo_${randomBytes(3).toString('hex')}`;
  return { key: `${prefix}_${randomBytes(24).toString('base64url')}`, prefix };
}

/** A key is random enough that a plain SHA-256 of it cannot be turned back. */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');
