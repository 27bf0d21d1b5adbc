/** A generated text with what its writer knew: `task` names a label set, `label` one of it. */
export interface Sample {
  readonly text: string;
  readonly language: 'en' | 'zh';
  readonly task: 'intent' | 'sentiment' | 'category';
  /** `bank.card_lost`, `positive`, `clothes`... */
  readonly label: string;
}
