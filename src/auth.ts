import { CameoError } from './errors.ts';

export type Role = 'reader' | 'writer' | 'admin';

/** Who asks: an API key, or Cameo itself in a job. Every call into features/ takes one. */
export interface Actor {
  /** For the audit log: `key:7`, `job:refresh`. */
  readonly id: string;
  readonly role: Role;
  /** Keys of the domains that it may touch; 'all' is every one, those yet to come included. */
  readonly domains: 'all' | readonly string[];
}

const RANK: Record<Role, number> = { reader: 0, writer: 1, admin: 2 };

/** Cameo's own jobs act with every right. */
export const systemActor = (id: string): Actor => ({ id, role: 'admin', domains: 'all' });

/** @throws CameoError FORBIDDEN when the actor's role is below `role`. */
export function requireRole(actor: Actor, role: Role): void {
  if (RANK[actor.role] >= RANK[role]) return;
  throw new CameoError(
    'FORBIDDEN',
    `This needs a key with the role ${role}; yours is a ${actor.role} key.`,
  );
}

export function maySee(actor: Actor, domain: string): boolean {
  return actor.domains === 'all' || actor.domains.includes(domain);
}

/** @throws CameoError FORBIDDEN when the actor's key is not for this domain. */
export function requireDomain(actor: Actor, domain: string): void {
  if (maySee(actor, domain)) return;
  throw new CameoError('FORBIDDEN', `Your key is not for the domain "${domain}".`, ['domain']);
}
