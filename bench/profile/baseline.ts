// What the profile query costs on the usual stack: Apollo Server and Prisma's findUnique with include,
// on the same tables and with the same types. Started by bench/profile/run.ts.
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { openDb } from '../../src/db.ts';
import { scalars } from '../../src/resolvers/scalars.ts';

const typeDefs = `
  scalar DateTime
  scalar JSON
  type Query { customer(key: CustomerKey!): Customer }
  input CustomerKey @oneOf { id: ID  identity: IdentityInput }
  input IdentityInput { kind: String!  value: String! }
  type Customer {
    id: ID!  domain: String!  traits: JSON!  firstSeenAt: DateTime  lastSeenAt: DateTime
    identities: [Identity!]!  events(first: Int): EventConnection!  segments: [SegmentMembership!]!
  }
  type Identity { kind: String!  value: String! }
  type EventConnection { nodes: [Event!]! }
  type Event { id: ID!  type: String!  occurredAt: DateTime!  amount: Float  itemId: String }
  type SegmentMembership { segment: Segment!  enteredAt: DateTime! }
  type Segment { key: String!  name: String! }
`;

const { prisma } = openDb(process.argv[2] ?? '');

const findCustomer = (id: number) =>
  prisma.customer.findUnique({
    where: { id },
    include: {
      domain: true,
      identities: true,
      events: { take: 20, orderBy: [{ occurredAt: 'desc' }, { id: 'desc' }] },
      memberships: { where: { exitedAt: null }, include: { segment: true } },
    },
  });
type Found = NonNullable<Awaited<ReturnType<typeof findCustomer>>>;

const resolvers = {
  DateTime: scalars.DateTime,
  JSON: scalars.JSON,
  Query: {
    customer: (_root: unknown, { key }: { key: { id: string } }) => findCustomer(Number(key.id)),
  },
  Customer: {
    domain: (row: Found) => row.domain.key,
    events: (row: Found) => ({ nodes: row.events }),
    segments: (row: Found) => row.memberships,
  },
  Event: { id: (row: Found['events'][number]) => String(row.id) },
};

const server = new ApolloServer({ typeDefs, resolvers });
const { url } = await startStandaloneServer(server, {
  listen: { port: Number(process.argv[3]), host: '127.0.0.1' },
});
console.log(`ready ${url}`);
