export type Locale = 'zh' | 'en';

/** The words of the template in one language. */
export interface Words {
  readonly customer: (domain: string) => string;
  readonly seen: string;
  readonly profile: string;
  readonly features: string;
  readonly wrote: string;
  readonly did: string;
  /** Between the items of a section, and after a section. */
  readonly comma: string;
  readonly stop: string;
  readonly colon: string;
  readonly yes: string;
  readonly no: string;
  /** Names of traits, features, event types and properties; others are written as they are. */
  readonly names: Readonly<Record<string, string>>;
  /** How long ago the customer was seen, by the most days it may be. */
  readonly lately: readonly (readonly [days: number, words: string])[];
  readonly earlier: (count: number, unit: 'day' | 'week' | 'month' | 'year') => string;
}

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

const en: Words = {
  customer: (domain) => `${domain} customer`,
  seen: 'seen',
  profile: 'profile',
  features: 'features',
  wrote: 'wrote',
  did: 'did',
  comma: '; ',
  stop: '. ',
  colon: ': ',
  yes: 'yes',
  no: 'no',
  names: {},
  lately: [
    [7, 'this week'],
    [30, 'this month'],
    [90, 'this quarter'],
    [365, 'this year'],
    [Number.POSITIVE_INFINITY, 'over a year ago'],
  ],
  earlier: (count, unit) => `${plural(count, unit)} earlier`,
};

const zhUnits = { day: '天', week: '周', month: '个月', year: '年' } as const;

const zh: Words = {
  customer: (domain) => `${{ retail: '零售', finance: '金融' }[domain] ?? domain}客户`,
  seen: '最近活跃',
  profile: '资料',
  features: '特征',
  wrote: '留言',
  did: '行为',
  comma: '；',
  stop: '。',
  colon: '：',
  yes: '是',
  no: '否',
  names: {
    city: '城市',
    country: '国家',
    gender: '性别',
    language: '语言',
    tier: '等级',
    'birth year': '出生年份',
    'signup channel': '注册渠道',
    interests: '兴趣',
    occupation: '职业',
    category: '品类',
    'merchant category': '商户类别',
    channel: '渠道',
    rating: '评分',
    reason: '原因',
    order: '下单',
    'card payment': '刷卡消费',
    'page view': '浏览',
    search: '搜索',
    'add to cart': '加入购物车',
    review: '评价',
    'support chat': '咨询客服',
    return: '退货',
    refund: '退款',
    login: '登录',
    visit: '到访',
    signup: '注册',
    'account opened': '开户',
  },
  lately: [
    [7, '一周内'],
    [30, '一个月内'],
    [90, '一季度内'],
    [365, '一年内'],
    [Number.POSITIVE_INFINITY, '一年多以前'],
  ],
  earlier: (count, unit) => `早${count}${zhUnits[unit]}`,
};

export const WORDS: Readonly<Record<Locale, Words>> = { zh, en };
