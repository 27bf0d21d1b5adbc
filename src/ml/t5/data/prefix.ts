/** The languages that prompts are written in. */
export type Language = 'zh' | 'en';

/** What each known task is called in a prompt; part of every model trained with it, so never edit. */
const names: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  age_band: { en: 'age band', zh: '年龄段' },
  occupation: { en: 'occupation', zh: '职业' },
  risk_preference: { en: 'risk preference', zh: '风险偏好' },
  interests: { en: 'interests', zh: '兴趣' },
  price_sensitivity: { en: 'price sensitivity', zh: '价格敏感度' },
  life_stage: { en: 'life stage', zh: '人生阶段' },
  next_behaviour: { en: 'next behaviour', zh: '下一步行为' },
  sentiment: { en: 'sentiment', zh: '情感' },
  intent: { en: 'intent', zh: '意图' },
  churn_reason: { en: 'churn reason', zh: '流失原因' },
};

/**
 * The text before a source that tells the model which task it is (Raffel et al. 2020, section 2.4):
 * the task's name in the domain's language. A task of the caller's own is called by its name.
 */
export function withPrefix(task: string, language: Language, source: string): string {
  const name = names[task]?.[language] ?? task.replaceAll('_', ' ');
  return language === 'zh' ? `${name}：${source}` : `${name}: ${source}`;
}

/** zh when at least three in ten letters of the text are Chinese characters. */
export function languageOf(text: string): Language {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const chinese = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return letters > 0 && chinese / letters >= 0.3 ? 'zh' : 'en';
}
