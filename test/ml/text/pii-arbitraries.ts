import fc from 'fast-check';

/** A piece of personal data and the placeholder that must stand in its place. */
export interface Piece {
  readonly text: string;
  readonly placeholder: string;
}

const digits = (count: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9]{${count}}$`));
const from = (...texts: string[]) => fc.constantFrom(...texts);
const as =
  (placeholder: string) =>
  (text: string): Piece => ({ text, placeholder });
const spaced = (text: string, sizes: readonly number[], joint: string): string => {
  let place = 0;
  return sizes
    .map((size) => {
      place += size;
      return text.slice(place - size, place);
    })
    .join(joint);
};

const email = fc
  .tuple(
    fc.stringMatching(/^[a-z][a-z0-9]{0,7}([._+-][a-z0-9]{1,5}){0,2}$/),
    from('qq.com', 'mail.example.co.uk', '163.com'),
  )
  .map(([user, host]) => as('[EMAIL]')(`${user}@${host}`));

const chineseMobile = fc
  .tuple(
    from('13', '15', '18', '19'),
    digits(9),
    from('', '-', ' '),
    from('', '+86 ', '+86-', '+86'),
  )
  .map(([head, rest, joint, country]) =>
    as('[PHONE]')(country + spaced(head + rest, [3, 4, 4], joint)),
  );
const landline = fc
  .tuple(from('010', '021', '0755'), from('2', '6', '8'), digits(7), from('-', ' ', ''))
  .map(([area, first, rest, joint]) => as('[PHONE]')(area + joint + first + rest));
const american = fc
  .tuple(
    fc.integer({ min: 201, max: 989 }),
    fc.integer({ min: 200, max: 999 }),
    digits(4),
    fc.nat(4),
  )
  .map(([area, office, line, form]) =>
    as('[PHONE]')(
      [
        `(${area}) ${office}-${line}`,
        `${area}-${office}-${line}`,
        `${area}.${office}.${line}`,
        `+1 ${area} ${office} ${line}`,
        `+1 (${area}) ${office}-${line}`,
      ][form] ?? '',
    ),
  );
const european = fc
  .tuple(from('+44 20', '+49 171', '+33 6', '0044 20', '020'), digits(4), digits(4))
  .map(([head, one, two]) => as('[PHONE]')(`${head} ${one} ${two}`));

/** The check digit by trying all ten against the definition, written out right to left. */
function withLuhn(body: string): string {
  for (let check = 0; ; check += 1) {
    const all = [...`${body}${check}`].reverse().map(Number);
    const sum = all.reduce(
      (so, it, i) => so + (i % 2 ? Math.floor((it * 2) / 10) + ((it * 2) % 10) : it),
      0,
    );
    if (sum % 10 === 0) return `${body}${check}`;
  }
}
const card = fc
  .tuple(from('4', '51', '62'), digits(15), from('', ' ', '-'))
  .map(([head, rest, joint]) =>
    as('[CARD]')(spaced(withLuhn((head + rest).slice(0, 15)), [4, 4, 4, 4], joint)),
  );

const residentId = fc
  .tuple(
    from('110105', '310104', '440300'),
    fc.integer({ min: 1940, max: 2009 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    digits(3),
  )
  .map(([place, year, month, day, serial]) => {
    const body = `${place}${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}${serial}`;
    // GB 11643: the weights are the powers of two modulo 11.
    const sum = [...body].reduce((so, digit, i) => so + Number(digit) * (2 ** (17 - i) % 11), 0);
    const check = (12 - (sum % 11)) % 11;
    return as('[ID]')(body + (check === 10 ? 'X' : check));
  });

const iban = fc.tuple(digits(18), from('', ' ')).map(([account, joint]) => {
  const rest = BigInt(`${account}131400`) % 97n; // D = 13, E = 14
  const check = String(98n - rest).padStart(2, '0');
  return as('[CARD]')(spaced(`DE${check}${account}`, [4, 4, 4, 4, 4, 2], joint));
});

const uuid = fc.uuid().map(as('[ID]'));

/** Data that is found whatever stands around it. */
export const piece: fc.Arbitrary<Piece> = fc.oneof(
  email,
  chineseMobile,
  landline,
  american,
  european,
  card,
  residentId,
  iban,
  uuid,
);

/** Sentences without personal data: prices, counts, dates and times among them. */
export const ordinary: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 99 }))
    .map(([whole, cents]) => `I paid $${whole}.${String(cents).padStart(2, '0')} for it.`),
  fc
    .integer({ min: 1, max: 9_999_999 })
    .map((n) => `They sold ${n.toLocaleString('en-US')} of them.`),
  fc
    .integer({ min: 1, max: 99_999 })
    .map((n) => `Order #${n} came with ${n % 90} items, great value!`),
  fc
    .date({ min: new Date('1990-01-01'), max: new Date('2039-12-31'), noInvalidDate: true })
    .chain((date) =>
      from(
        `It arrived on ${date.toISOString().slice(0, 10)} at ${date.toISOString().slice(11, 16)}.`,
        `Bought it ${date.getUTCDate()}/${date.getUTCMonth() + 1}/${date.getUTCFullYear()}, still fine.`,
        `收到了，${date.getUTCFullYear()}年${date.getUTCMonth() + 1}月${date.getUTCDate()}日下的单。`,
        `Since ${date.toISOString()} nothing has changed.`,
      ),
    ),
  fc.integer({ min: 1, max: 99_999 }).map((n) => `花了${n}元，买了${n % 9}件，质量不错。`),
  from(
    'The quick delivery surprised me, and the fabric is soft.',
    'Sizes 36 38 40 42 44 were sold out in 2023 and 2024.',
    'Dear customer service team, thanks for the help, it works again.',
    "Hi there, I'm very Happy with this Great product!",
    '客服态度很好，物流也快，下次还会再来。',
    '这款手机很好用，电池能用两天，就是价格有点高。',
    '先生和女士都能穿，颜色也好看，我是高中老师。',
    'Between 10000-20000 people came, about 12 500 000 saw it.',
  ),
);
