import { type Attribute, type Cues, type Domain, event, order, payment } from './cue.ts';
import { priceSensitivity, riskPreference } from './money.ts';
import { ageBand, lifeStage } from './person.ts';

/**
 * Written for this evaluation. Domains differ in events and in most words; what people say of
 * themselves (children, studies, what things cost) they say in both.
 */
export const attributes: readonly Attribute[] = [
  ageBand,
  riskPreference,
  priceSensitivity,
  lifeStage,
];

/** What everybody does and writes, whoever they are. */
export const neutral: Readonly<Record<Domain, Cues>> = {
  retail: {
    events: [event('page_view'), event('add_to_cart'), event('search'), order('household')],
    texts: ['where is my order', 'thanks for the quick answer', 'how do i change my address'],
  },
  finance: {
    events: [event('login'), event('transfer'), event('balance_check'), payment('groceries')],
    texts: ['the app logs me out', 'thanks for the quick answer', 'how do i change my address'],
  },
};
