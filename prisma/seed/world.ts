export type DemoDomain = 'retail' | 'finance';
export type Language = 'zh' | 'en';
export type Sentiment = 'positive' | 'neutral' | 'negative';

export interface DemoOptions {
  /** Same seed and options, same world, byte for byte. */
  seed: number;
  /** Customers to make; a person with an account in both domains counts twice. */
  people: number;
  /** Events in all, those with a text included. */
  events: number;
  /** Events of type review or support_chat, each with a text. */
  texts: number;
  /** The end of the history, which begins two years earlier; no event lies after it. */
  now: Date;
}

export interface DemoIdentity {
  kind: 'user_id' | 'email' | 'phone' | 'device';
  value: string;
}

export interface DemoCustomer {
  /** Unique in the world, grows with the sign-up time within a domain. */
  ref: string;
  domain: DemoDomain;
  identities: DemoIdentity[];
  /** The current traits: what `traitHistory` folds to. */
  traits: Record<string, unknown>;
  traitHistory: DemoTrait[];
  firstSeenAt: Date;
}

export interface DemoTrait {
  name: string;
  value: unknown;
  at: Date;
}

export interface DemoEvent {
  domain: DemoDomain;
  customerRef: string;
  messageId: string;
  type: string;
  occurredAt: Date;
  properties: Record<string, unknown>;
  text?: string;
  /** In units of `currency`; negative where a payment is given back (return, refund). */
  amount?: number;
  currency?: string;
  itemId?: string;
}

/** Ground truth: about the text of the event `messageId` where there is one, else about the customer. */
export interface DemoLabel {
  domain: DemoDomain;
  customerRef: string;
  messageId?: string;
  task: string;
  value: unknown;
  at: Date;
}

export interface DemoWorld {
  customers: DemoCustomer[];
  /** By time of occurrence. */
  events: DemoEvent[];
  labels: DemoLabel[];
}
