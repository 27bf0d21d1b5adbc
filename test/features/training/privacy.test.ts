import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customerIdentify } from '../../../src/features/identity/customer-identify.ts';
import { customerMerge } from '../../../src/features/identity/customer-merge.ts';
import { buildPredictionRows } from '../../../src/features/training/prediction-rows.ts';
import type { RowsRequest } from '../../../src/features/training/request.ts';
import { buildTrainingRows } from '../../../src/features/training/rows.ts';
import { actor, event, holderOf, names } from '../events/harness.ts';
import { createRowsStage, type RowsStage, read } from './stage.ts';

/** Everything that could tell who these people are, in whatever way it is written. */
const SECRETS = [
  ...['Zbigniew', 'Quackenbush', '欧阳晓彤', '晓彤', 'Nadezhda', 'zq@mail.example', 'xt.oy@qq.com'],
  ...['4155550132', '415 555 0132', '13812345678', '138-1234-5678', '4111', '6222020200112230'],
  ...['11010519491231002X', '1949-12-31', 'dev-77f3a9', 'acct_9981', 'ext-5521', '中山路12号'],
  ...['12 Baker Street', 'DE89', 'E12345678', '99887766'],
];

const people = [
  {
    names: [
      'user_id:acct_9981',
      'email:zq@mail.example',
      'phone:+1 415 555 0132',
      'device:dev-77f3a9',
    ],
    traits: {
      name: 'Zbigniew Quackenbush',
      email: 'zq@mail.example',
      homePhone: '(415) 555-0132',
      address: '12 Baker Street, London',
      passportNo: 'E12345678',
      card_number: '4111 1111 1111 1111',
      birthday: '1949-12-31',
      loyaltyId: 99887766,
      note: 'ask for Zbigniew, acct_9981',
      language: 'en',
      city: 'London',
    },
    texts: [
      'Zbigniew Quackenbush here, ring (415) 555-0132 or 415 555 0132, card 4111 1111 1111 1111',
      'IBAN DE89 3704 0044 0532 0130 00, passport E12345678, device dev-77f3a9, Quackenbush',
      'ship it to 12 Baker Street, Apt 4, zq@mail.example, love from nobody but zbigniew quackenbush',
    ],
  },
  {
    names: ['user_id:ext-5521', 'email:xt.oy@qq.com', 'phone:13812345678'],
    traits: { 姓名: '欧阳晓彤', 手机: '13812345678', tier: 'gold', 身份证: '11010519491231002X' },
    texts: [
      '我叫欧阳晓彤，电话138-1234-5678，邮箱xt.oy@qq.com',
      '晓彤再问一次，身份证11010519491231002X，卡号6222020200112230123，寄到上海市中山路12号3室',
    ],
  },
];

let stage: RowsStage;
beforeAll(async () => {
  stage = await createRowsStage();
  for (const [index, person] of people.entries()) {
    const identities = names(...person.names);
    await customerIdentify(stage, actor, {
      domain: 'retail',
      identities,
      traits: person.traits,
      at: '2026-01-01T00:00:00Z',
    });
    const texts = person.texts.map((text, place) =>
      event(`p${index}-${place}`, identities, {
        type: 'chat',
        text,
        occurredAt: new Date(Date.UTC(2026, 3, 1 + place)),
        properties: { contact: person.names[1] },
      }),
    );
    const order = event(`p${index}-order`, identities, {
      occurredAt: new Date(Date.UTC(2026, 2, 1)),
      amount: 129.5,
      currency: 'USD',
      properties: { contact: person.names[1], note: person.texts[0]?.slice(0, 30), channel: 'web' },
    });
    await stage.ingest([order, ...texts]);
  }
  // Of a customer merged into the first, whose name only their own history knows.
  const late = names('user_id:late-1');
  await customerIdentify(stage, actor, {
    domain: 'retail',
    identities: late,
    traits: { name: 'Nadezhda' },
    at: '2026-01-01T00:00:00Z',
  });
  await stage.ingest([
    event('late', late, {
      type: 'chat',
      text: 'it is me, Nadezhda',
      occurredAt: new Date('2026-04-09'),
    }),
  ]);
  await customerMerge(stage, actor, {
    domain: 'retail',
    into: { identity: { kind: 'user_id', value: 'acct_9981' } },
    from: { identity: { kind: 'user_id', value: 'late-1' } },
  });
  await stage.store.materialize();
  const at = '2026-05-01T00:00:00Z';
  await stage.label('told', [
    ['user_id:acct_9981', 'a', at],
    ['user_id:ext-5521', 'b', at],
    ['#p0-0', 'a'],
    ['#p0-1', 'b'],
    ['#p1-0', 'a'],
    ['#p1-1', ['bad', '13812345678']],
    ['#late', 'b'],
  ]);
  await stage.label('reply', [
    ['user_id:acct_9981', 'dear Quackenbush, we ring +1 415 555 0132', at],
    ['#p1-0', '晓彤您好，已寄到中山路12号'],
  ]);
});
afterAll(() => stage.close());

const tasks = [
  { kind: 'CLASSIFY', labels: 'told' },
  { kind: 'GENERATE', labels: 'reply' },
  { kind: 'PRETRAIN' },
  { kind: 'EMBED' },
] as const;
const requests = tasks.flatMap((task) =>
  (['EVENTS', 'CUSTOMER'] as const).map((text): [string, Partial<RowsRequest>] => [
    `${task.kind} of ${text}`,
    { task, text, service: 'all' },
  ]),
);

describe('personal data', () => {
  it.each(requests)('reaches no row and no report: %s', async (_, over) => {
    const rows = buildTrainingRows(stage, await stage.request(over));
    const all = await read(rows);
    expect(all.length).toBeGreaterThanOrEqual(2);
    const written = JSON.stringify([all, rows.report()]);
    for (const secret of SECRETS) expect(written).not.toContain(secret);
    expect(written.toLowerCase()).not.toContain('zbigniew');
    // Masked, not merely dropped.
    expect(written).toContain('[NAME]');
  });

  it.each(['EVENTS', 'CUSTOMER', 'NONE'] as const)(
    'reaches no prediction row: %s',
    async (text) => {
      const ids = await Promise.all(
        ['user_id:acct_9981', 'user_id:ext-5521'].map((name) => holderOf(stage.db, name)),
      );
      const request = await stage.request({ text, service: 'all' });
      const rows = await buildPredictionRows(stage, request, ids as number[]);
      expect(rows).toHaveLength(2);
      const written = JSON.stringify(rows);
      for (const secret of SECRETS) expect(written).not.toContain(secret);
      // The last text is a feature too.
      expect(written).toContain('[NAME]');
    },
  );

  it('leaves what is no one’s: the city, the tier, the channel', async () => {
    const request = await stage.request({ task: { kind: 'PRETRAIN' }, text: 'CUSTOMER' });
    const texts = (await read(buildTrainingRows(stage, request))).map(({ text }) => text);
    expect(texts[0]).toMatch(
      /^retail customer;.*city London; language en.*order 130 USD, channel web/,
    );
    expect(texts[1]).toMatch(/^零售客户；.*等级 gold.*下单 130 USD, 渠道 web/);
  });
});
