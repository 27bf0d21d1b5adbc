/** What a generated text can be asked for; each has labels of its own. */
export const tasks = ['intent', 'sentiment', 'category'] as const;
export type Task = (typeof tasks)[number];

/** A generated text with what its writer knew of it. */
export interface Sample {
  readonly text: string;
  readonly language: 'en' | 'zh';
  readonly task: Task;
  /** `bank.card_lost`, `positive`, `clothes`... */
  readonly label: string;
}
