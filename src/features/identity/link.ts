import { hasRoom, type IdentityGraph, isIdentified, mayAbsorb } from './graph.ts';
import { identityKey, type PlacedIdentity } from './identity.ts';
import { kindOf } from './kinds.ts';
import { conflict, overLimit, type Refusal, tooManyMerges } from './refusal.ts';

/** What the names of one event mean for the graph. Nothing is changed yet. */
export interface Link {
  /** The customer that the event belongs to; undefined: a new one. */
  readonly customer: number | undefined;
  /** Customers to merge into it first, in this order, each with the name that it came in by. */
  readonly merges: readonly { readonly from: number; readonly by: PlacedIdentity }[];
  /** Unknown names to attach. */
  readonly attach: readonly PlacedIdentity[];
  /** The known name whose origin the event and the new names inherit; undefined: the new customer. */
  readonly via: PlacedIdentity | undefined;
  readonly refusals: readonly Refusal[];
}

/**
 * Decides whom the names of one event belong to. `identities` come by falling priority.
 *
 * - None known: a new customer.
 * - The event goes to the customer of the identifying name, if it is known; if it is not, to the
 *   first known customer who has room for it, identified ones first. An identifying name that no
 *   known customer has room for names another person: a new customer.
 * - Other known customers are merged into that one unless both are identified: then they are refused.
 * - Unknown names are attached as far as their kind's limit allows; the rest are refused.
 */
export function link(graph: IdentityGraph, identities: readonly PlacedIdentity[]): Link {
  const customers = knownCustomers(graph, identities);
  const who = identities.find(({ kind }) => kindOf(kind).identifies);
  const customer = chooseCustomer(graph, customers, who);
  const identified = who !== undefined || (customer !== undefined && isIdentified(graph, customer));
  const merges: { from: number; by: PlacedIdentity }[] = [];
  const refusals: Refusal[] = [];
  const members = customer === undefined ? [] : [customer];
  for (const [from, by] of customers) {
    if (from === customer) continue;
    if (identified && isIdentified(graph, from)) refusals.push(conflict(by));
    else if (!mayAbsorb(graph, members, from)) refusals.push(tooManyMerges(by));
    else {
      merges.push({ from, by });
      members.push(from);
    }
  }
  const { attached, over } = fitLimits(graph, members, identities);
  refusals.push(...over);
  const via = identities.find((each) => {
    const holder = graph.holders.get(identityKey(each));
    return holder !== undefined && members.includes(holder.customer);
  });
  return { customer, merges, attach: attached, via, refusals };
}

/** Each known customer with its first name, in the order of the names. */
function knownCustomers(
  graph: IdentityGraph,
  identities: readonly PlacedIdentity[],
): Map<number, PlacedIdentity> {
  const customers = new Map<number, PlacedIdentity>();
  for (const identity of identities) {
    const holder = graph.holders.get(identityKey(identity));
    if (holder && !customers.has(holder.customer)) customers.set(holder.customer, identity);
  }
  return customers;
}

function chooseCustomer(
  graph: IdentityGraph,
  customers: ReadonlyMap<number, PlacedIdentity>,
  who: PlacedIdentity | undefined,
): number | undefined {
  const known = who && graph.holders.get(identityKey(who));
  if (known) return known.customer;
  const fitting = [...customers.keys()].filter((each) => !who || hasRoom(graph, each, who.kind));
  return fitting.find((each) => isIdentified(graph, each)) ?? fitting[0];
}

function fitLimits(
  graph: IdentityGraph,
  members: readonly number[],
  identities: readonly PlacedIdentity[],
): { attached: PlacedIdentity[]; over: Refusal[] } {
  const room = (kind: string) =>
    members.reduce(
      (left, each) => left - (graph.counts.get(each)?.get(kind) ?? 0),
      kindOf(kind).limit,
    );
  const attached: PlacedIdentity[] = [];
  const over: Refusal[] = [];
  for (const identity of identities) {
    if (graph.holders.has(identityKey(identity))) continue;
    const taken = attached.filter(({ kind }) => kind === identity.kind).length;
    if (taken < room(identity.kind)) attached.push(identity);
    else over.push(overLimit(identity));
  }
  return { attached, over };
}
