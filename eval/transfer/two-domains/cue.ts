/** The domains of the seeded world. */
export type Domain = 'retail' | 'finance';

/** An event as it is told in a customer's text. */
export interface CueEvent {
  readonly type: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** What customers with one value of an attribute tend to do and to write in one domain. */
export interface Cues {
  readonly events: readonly CueEvent[];
  readonly texts: readonly string[];
}

export interface Attribute {
  readonly name: string;
  /** Values as models answer them, and their cues in both domains. */
  readonly values: Readonly<Record<string, Readonly<Record<Domain, Cues>>>>;
}

/** Somebody bought something of a category. */
export const order = (category: string): CueEvent => ({ type: 'order', properties: { category } });
/** What is told by its name alone, or with one property. */
export const event = (type: string, ...[name, value]: string[]): CueEvent => ({
  type,
  properties: name && value ? { [name]: value } : {},
});
/** A card was used at such a merchant. */
export const payment = (category: string): CueEvent => ({
  type: 'card_payment',
  properties: { merchant_category: category },
});
