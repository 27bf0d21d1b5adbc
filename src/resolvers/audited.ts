import { CameoError } from '../errors.ts';
import { audit } from '../features/access/audit.ts';
import { summarise } from '../features/access/summarise.ts';
import type { Context } from './context.ts';

type Mutation = (root: unknown, args: object, context: Context, info: unknown) => unknown;

/**
 * The same mutations, each of which leaves a line in the audit log before it is answered: who, what
 * about (without personal data), and `ok` or the code of the error that it ended with.
 */
export function audited<Mutations extends object>(mutations: Mutations): Mutations {
  const entries = Object.entries(mutations) as [string, Mutation][];
  return Object.fromEntries(
    entries.map(([action, mutation]) => [action, withAudit(action, mutation)]),
  ) as Mutations;
}

function withAudit(action: string, mutation: Mutation): Mutation {
  return async (root, args, context, info) => {
    const entry = { actor: context.actor, action, subject: summarise(args) };
    const { db, clock } = context.services;
    const log = (outcome: string) => audit(db, { ...entry, outcome, at: clock.now() });
    try {
      const result = await mutation(root, args, context, info);
      await log(outcomeOf(result));
      return result;
    } catch (error) {
      // The caller must learn the mutation's own error, even when this cannot be written either.
      await log(error instanceof CameoError ? error.code : 'FAILED').catch(() => {});
      throw error;
    }
  };
}

function outcomeOf(result: unknown): string {
  const { userErrors = [] } = result as { userErrors?: { code: string }[] };
  return userErrors[0]?.code ?? 'ok';
}
