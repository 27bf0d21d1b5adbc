// Generates from src/schema/*.graphql: the resolver types (src/generated/graphql.ts, not committed)
// and the whole schema as one file for readers and for diffs (docs/schema.graphql, committed).
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';

const ROWS = '../features';
const config = {
  useTypeImports: true,
  enumsAsTypes: true,
  immutableTypes: true,
  strictScalars: true,
  scalars: {
    ID: { input: 'string', output: 'string | number' },
    DateTime: 'Date',
    JSON: 'unknown',
    Duration: 'string',
    SafeInt: 'number',
  },
  contextType: '../resolvers/context.ts#Context',
  mappers: {
    Attribute: `${ROWS}/attributes/attributes.ts#AttributeRow`,
    Customer: `${ROWS}/customers/customer.ts#CustomerRow`,
    CustomerConnection: '../resolvers/connection.ts#Connection<CustomerRow>',
    Event: `${ROWS}/customers/timeline.ts#EventRow`,
    EventConnection: '../resolvers/connection.ts#Connection<EventRow>',
    FeatureView: `${ROWS}/serving/feature-views.ts#FeatureViewRow`,
    Job: `${ROWS}/jobs/run.ts#JobRun`,
    Model: `${ROWS}/models/model.ts#ModelRow`,
    ModelVersion: `${ROWS}/models/version.ts#VersionRow`,
    ModelVersionConnection: '../resolvers/connection.ts#Connection<VersionRow>',
    Prediction: `${ROWS}/models/predictions.ts#PredictionRow`,
    TrainingRun: `${ROWS}/models/run.ts#TrainingRunRow`,
    Segment: `${ROWS}/segments/segment.ts#SegmentRow`,
    SegmentConnection: '../resolvers/connection.ts#Connection<SegmentRow>',
    SegmentPreview: `${ROWS}/segments/preview.ts#SegmentPreviewRow`,
    MembershipExplanation: `${ROWS}/segments/explain-membership.ts#MembershipExplanation as ExplainedMembership`,
    ClauseExplanation: `${ROWS}/segments/memory/explain.ts#ClauseExplanation as ExplainedClause`,
    SegmentMembershipChange: `${ROWS}/segments/membership-changes.ts#MembershipChange`,
    SegmentMembership: `${ROWS}/segments/membership.ts#MembershipRow`,
    SimilarCustomer: `${ROWS}/embeddings/similar.ts#SimilarRow`,
    LabelCandidate: `${ROWS}/models/label-candidates.ts#LabelCandidateRow`,
    Lookalike: `${ROWS}/segments/lookalike/lookalike.ts#Lookalike as LookalikeRow`,
    Health: `${ROWS}/health.ts#Health as HealthRow`,
  },
};

const folder = 'src/schema';
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .sort();
const typeDefs = files.map((name) => parse(readFileSync(`${folder}/${name}`, 'utf8')));
const schema = makeExecutableSchema({ typeDefs });
const sdl = printSchema(lexicographicSortSchema(schema));

const types = await codegen({
  filename: 'src/generated/graphql.ts',
  schema: parse(sdl),
  documents: [],
  config,
  plugins: [{ typescript: {} }, { resolvers: {} }],
  pluginMap: { typescript, resolvers },
});

mkdirSync('src/generated', { recursive: true });
mkdirSync('docs', { recursive: true });
writeFileSync('src/generated/graphql.ts', types);
writeFileSync('docs/schema.graphql', `${sdl}\n`);
