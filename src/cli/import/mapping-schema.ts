import { z } from 'zod';

/** Text with columns in braces: `{InvoiceNo}`, `inv-{InvoiceNo}`; `{{` is a brace. */
const template = z.string();

const condition = z
  .strictObject({
    column: z.string().min(1),
    blank: z.boolean().optional(),
    equals: z.string().optional(),
    in: z.array(z.string()).min(1).optional(),
    startsWith: z.string().min(1).optional(),
    atMost: z.number().optional(),
    atLeast: z.number().optional(),
  })
  .refine((value) => Object.keys(value).length > 1, 'says nothing about its column')
  .describe(
    'True when all that it says of the column holds. A column that is no number is neither atMost nor atLeast.',
  );

export type Condition = z.infer<typeof condition>;

export type Value =
  | string
  | { number: string }
  | { boolean: string }
  | { json: string }
  | { product: string[] }
  | { ordinal: string }
  | { choose: { when: Condition; value: Value }[]; otherwise?: Value | undefined };

const value: z.ZodType<Value> = z.lazy(() =>
  z.union([
    template,
    z.strictObject({ number: template }),
    z.strictObject({ boolean: template }),
    z.strictObject({ json: template }),
    z.strictObject({ product: z.array(template).min(1) }),
    z.strictObject({ ordinal: template }),
    z.strictObject({
      choose: z.array(z.strictObject({ when: condition, value })).min(1),
      otherwise: value.optional(),
    }),
  ]),
);

const time = z.strictObject({
  value: template,
  format: z
    .string()
    .default('iso')
    .describe('iso, unix, unix-ms, or a pattern of yyyy MM dd HH mm ss SSS'),
  zone: z.string().default('UTC').describe('IANA name; for times that do not say their own'),
});

const group = z
  .strictObject({
    by: template.describe('Records next to each other with the same text belong together'),
    types: z
      .record(z.string().min(1), z.string().min(1))
      .describe("From a record's type to that of the event that stands for its group"),
    properties: z.record(z.string().min(1), value).default({}).describe('Of the first record'),
  })
  .describe('One more event for each group: the lines of an order make an order');

export type Group = z.infer<typeof group>;

export const mappingSchema = z.strictObject({
  about: z.string().optional().describe('For people'),
  format: z.enum(['csv', 'ndjson']).optional().describe("Left out: by the file's name"),
  delimiter: z.string().length(1).default(','),
  messageId: template
    .optional()
    .describe("Left out: made of the file's content and the record's number"),
  type: value,
  occurredAt: time,
  identities: z.record(z.string().min(1), template),
  properties: z.record(z.string().min(1), value).default({}),
  text: value.optional(),
  amount: value.optional(),
  currency: value.optional(),
  itemId: value.optional(),
  group: group.optional(),
  skip: z
    .array(z.strictObject({ when: condition, reason: z.string().min(1) }))
    .default([])
    .describe('Records to leave out; they are counted by reason'),
});

/** What a file's columns mean: see docs of each part in `--help` and mappings/online-retail.json. */
export type Mapping = z.infer<typeof mappingSchema>;
