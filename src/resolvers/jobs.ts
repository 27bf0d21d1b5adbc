import { CameoError } from '../errors.ts';
import { health as readHealth } from '../features/health.ts';
import { jobById, recentJobs } from '../features/jobs/read.ts';
import { retryJob } from '../features/jobs/retry.ts';
import { jobUpdates } from '../features/jobs/updates.ts';
import type {
  MutationResolvers,
  QueryResolvers,
  Resolvers,
  SubscriptionResolvers,
} from '../generated/graphql.ts';
import { audited } from './audited.ts';
import { payload } from './payload.ts';

const job: QueryResolvers['job'] = async (_root, { id }, { services, actor }) =>
  (await jobById(services, actor, id)) ?? null;

const jobs: QueryResolvers['jobs'] = (_root, { state, first }, { services, actor }) =>
  recentJobs(services, actor, { first, ...(state && { states: [state] }) });

const health: QueryResolvers['health'] = (_root, _args, { services }) =>
  readHealth(services, services.freshness);

const jobRetry: MutationResolvers['jobRetry'] = (_root, { input }, { services, actor }) =>
  payload({ job: null }, async () => ({ job: await retryJob(services, actor, input.id) }));

const jobUpdated: SubscriptionResolvers['jobUpdated'] = {
  subscribe: async (_root, { id }, { services, actor }) => {
    // Said here, it is an answer; thrown by the stream, it would break the socket.
    if (!(await jobById(services, actor, id)))
      throw new CameoError('NOT_FOUND', `There is no job with the id ${id}.`, ['id']);
    return jobUpdates(services, services.notifications, actor, id) as AsyncIterable<never>;
  },
  resolve: (run: unknown) => run as never,
};

export const jobResolvers: Resolvers = {
  Query: { job, jobs, health },
  Mutation: audited({ jobRetry }),
  Subscription: { jobUpdated },
};
