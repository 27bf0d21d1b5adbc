import type { TrainingRow } from '../../../src/ml/run/spec.ts';
import { readCsv, readLines } from '../../data/files.ts';
import { capped, divideOnce } from '../divide.ts';
import type { TransferPair } from '../pair.ts';
import { oneTask, textRow, textsOf } from './row.ts';

/** What both domains' customers want: NLU++'s intents, and banking77's that are plainly the same. */
const INTENTS: Readonly<Record<string, { hotels: string[]; banking: string[] }>> = {
  cancel: {
    hotels: ['cancel_close_leave_freeze'],
    banking: ['cancel_transfer', 'terminate_account'],
  },
  change: { hotels: ['change'], banking: ['change_pin', 'edit_personal_details'] },
  'set up': {
    hotels: ['make_open_apply_setup_get_activate'],
    banking: [
      ...['activate_my_card', 'order_physical_card', 'getting_spare_card'],
      ...['getting_virtual_card', 'get_disposable_virtual_card'],
    ],
  },
  'not working': {
    hotels: ['wrong_notworking_notshowing'],
    banking: [
      ...['card_not_working', 'contactless_not_working', 'virtual_card_not_working'],
      ...['Refund_not_showing_up', 'transfer_not_received_by_recipient', 'top_up_failed'],
    ],
  },
  lost: {
    hotels: ['lost_stolen'],
    banking: ['lost_or_stolen_card', 'lost_or_stolen_phone'],
  },
  'how much': {
    hotels: ['how_much'],
    banking: ['top_up_by_card_charge', 'top_up_by_bank_transfer_charge', 'exchange_charge'],
  },
  when: {
    hotels: ['when', 'how_long'],
    banking: ['card_delivery_estimate', 'transfer_timing'],
  },
};

const LABELS = Object.keys(INTENTS);

/** The label that one of these intents means; undefined where there is none, or two. */
function labelOf(domain: 'hotels' | 'banking', intents: readonly string[]): string | undefined {
  const [label, another] = LABELS.filter((own) =>
    INTENTS[own]?.[domain].some((intent) => intents.includes(intent)),
  );
  return another === undefined ? label : undefined;
}

function hotelRows(dataFolder: string): TrainingRow[] {
  return readLines<{ text: string; intents: string[] }>(dataFolder, 'nlupp/hotels.jsonl').flatMap(
    ({ text, intents }, i) => {
      const label = labelOf('hotels', intents);
      return label ? textRow(`h${i}`, text, label) : [];
    },
  );
}

function bankingRows(dataFolder: string): TrainingRow[] {
  return readCsv(dataFolder, 'banking77/train.csv').flatMap(({ text = '', category = '' }, i) => {
    const label = labelOf('banking', [category]);
    return label ? textRow(`b${i}`, text, label) : [];
  });
}

/** Hotel guests' intents to bank customers'. */
export const intents: TransferPair = {
  name: 'intents',
  title: 'NLU++ hotels to banking77, intents that both have',
  source: 'nlupp hotels',
  target: 'banking77',
  metric: 'accuracy',
  language: 'en',
  tasks: [{ name: 'intent', labels: LABELS }],
  lengths: { source: 32, target: 32 },
  split:
    'NLU++ is here with its hotels alone, so the target is banking77 in its general intents: 22 of its 77 classes are plainly one of 7 that hotel guests have too (eval/transfer/pairs/intents.ts); of hotels, rows with exactly one of the 7. Questions by a hash: 60% pool, 10% validation, 30% test, of which 600 are tested',
  open: (dataFolder) => {
    const source = divideOnce(hotelRows(dataFolder), { pool: 0.8, validation: 0, test: 0.2 });
    const target = divideOnce(bankingRows(dataFolder), { pool: 0.6, validation: 0.1, test: 0.3 });
    return {
      source: oneTask({ train: source.pool, test: source.test }),
      target: oneTask({ ...target, test: capped(target.test, 600) }),
      unlabelled: textsOf(target.pool),
    };
  },
};
