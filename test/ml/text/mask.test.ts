import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mask, maskWithPlaces } from '../../../src/ml/text/mask.ts';
import { ordinary, piece } from './pii-arbitraries.ts';

const cases: readonly (readonly [what: string, text: string, masked: string])[] = [
  ['an e-mail address', 'write to ann.lee+shop@mail.example.com!', 'write to [EMAIL]!'],
  ['one that touches Chinese', '邮箱是abc_1@qq.com谢谢', '邮箱是[EMAIL]谢谢'],
  ['the user of a URL', 'see https://bob:pw@host.com/x', 'see https://[ID]@host.com/x'],
  ['a mobile number', '打我手机 138 1234 5678。', '打我手机 [PHONE]。'],
  ['full-width digits', '手机１３８１２３４５６７８', '手机[PHONE]'],
  ['a landline', '电话010-62345678', '电话[PHONE]'],
  ['a short number that is announced', 'call 555-0123 now', 'call [PHONE] now'],
  ['a card', 'card 4111 1111 1111 1111, cvc later', 'card [CARD], cvc later'],
  ['an account', 'IBAN DE89 3704 0044 0532 0130 00 please', 'IBAN [CARD] please'],
  ['a resident identity number', '身份证11010519491231002X', '身份证[ID]'],
  ['a social security number', 'ssn 123-45-6789', 'ssn [ID]'],
  [
    'an account that is announced',
    'my account number 4471902 is locked',
    'my account number [ID] is locked',
  ],
  ['a passport', 'passport E12345678', 'passport [ID]'],
  ['an address on the net', 'from 192.168.10.24', 'from [ID]'],
  ['我叫', '我叫王伟，想问一下', '我叫[NAME]，想问一下'],
  ['a name without a border', '我叫王伟想问一下', '我叫[NAME]想问一下'],
  ['姓名', '姓名：欧阳娜娜 地址', '姓名：[NAME] 地址'],
  ['我是', '我是李小龙。', '我是[NAME]。'],
  ['先生', '请张先生和李晓明先生来', '请[NAME]先生和[NAME]先生来'],
  ['a name before its number', '王伟，13812345678', '[NAME]，[PHONE]'],
  ['one between blanks', '工作没几年 杨浩然 +86 100 5500 0169。', '工作没几年 [NAME] [PHONE]。'],
  ['a Latin name among Chinese', '我叫Kate Adams！', '我叫[NAME]！'],
  ['an introduction', 'hello, my name is john smith and', 'hello, my name is [NAME] and'],
  ['a name after this is', 'this is Emma Reed', 'this is [NAME]'],
  ['a greeting', 'Dear Peter, thanks', 'Dear [NAME], thanks'],
  ['a title', 'Mr. Young was kind', 'Mr. [NAME] was kind'],
  ['a signature', 'Best regards,\nMaria Gomez', 'Best regards,\n[NAME]'],
  ['a name before its address', 'Ada Byron, ada@x.org', '[NAME], [EMAIL]'],
  ['a full name', 'I spoke to Emily Watson there', 'I spoke to [NAME] there'],
  ['a street', 'ship to 12 Baker Street, Apt 4 in London', 'ship to [ADDRESS] in London'],
  ['a Chinese street', '寄到上海市浦东新区中山路12号3单元501室吧', '寄到[ADDRESS]吧'],
];

describe('mask', () => {
  it.each(cases)('hides %s', (_, text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  it.each([
    '感谢客服小姐姐，谢谢老师',
    '可能是我要求高理财经理不忽悠',
    '账号在哪里看，流水号#88487。',
    'Please close my account. Reference is #52563.',
    'v1.2.3.4 of 2024, 24/7, from 9 to 5',
    'they took 128 GB and 6000 mAh for $123456789',
  ])('leaves %j', (text) => {
    expect(mask(text)).toBe(text);
  });

  it('hides what is known of the writer wherever it stands, and no word that only looks like it', () => {
    const known = {
      names: ['Grace Young', '王小明'],
      emails: ['grace@home'],
      phones: ['+1 415 555 0132'],
      ids: ['u-1009', 'dev_9f', '77'],
    };
    expect(mask('Grace here, ring 5550132, grace@home or u-1009; 小明也在', known)).toBe(
      '[NAME] here, ring [PHONE], [EMAIL] or [ID]; [NAME]也在',
    );
    expect(mask('young people ask for grace 77 times in Youngstown', known)).toBe(
      'young people ask for grace 77 times in Youngstown',
    );
  });

  it('never lets generated personal data through, and keeps the sentence around it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(ordinary, piece), { minLength: 1, maxLength: 4 }), (parts) => {
        const text = parts.map(([sentence, { text: data }]) => `${sentence} (so: ${data}; ok)`);
        const masked = parts.map(
          ([sentence, { placeholder }]) => `${sentence} (so: ${placeholder}; ok)`,
        );
        expect(mask(text.join(' '))).toBe(masked.join(' '));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves ordinary prose, prices, counts, dates and times as they are', () => {
    fc.assert(
      fc.property(fc.array(ordinary, { maxLength: 6 }), (sentences) => {
        const text = sentences.join(' ');
        expect(mask(text)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('changes nothing when it masks again, whatever the text', () => {
    const anything = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 12 }),
        piece.map(({ text }) => text),
        ordinary,
        fc.constantFrom(
          '我叫',
          '先生',
          'my name is ',
          'Dear ',
          'Mr. ',
          'Emma Reed',
          '王伟',
          ', ',
          '+',
          '@',
          '1',
          ' ',
        ),
      ),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(anything, (parts) => {
        const once = mask(parts.join(''));
        expect(mask(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  it('says where the places of a text went', () => {
    const text = 'call 415-555-0132 about the red dress';
    const masked = maskWithPlaces(text);
    const at = (word: string) => {
      const start = text.indexOf(word);
      return masked.text.slice(
        masked.move(start, 'start'),
        masked.move(start + word.length, 'end'),
      );
    };
    expect(at('red dress')).toBe('red dress');
    expect(at('call')).toBe('call');
    expect(at('555')).toBe('[PHONE]');
  });

  it.each([
    ...['a', '1', '1 ', '1-', '(+1', '12345 a ', 'a@', 'a.', '@', 'A1', 'DE89 3704 ', '://', ' '],
    ...['王', '我叫', '先生', '路1号', '省市', 'Dear ', 'Emma ', 'my name is bob ', 'Best,\n', "'"],
  ])('takes time in proportion to a megabyte of %j', (unit) => {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
    const start = performance.now();
    mask(text);
    // Some 50 ms of prose, under a second of the worst of these; by the square it would be hours.
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
