import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { Locale } from '../../ml/text/customer/words.ts';
import { traitsAsOf } from './history.ts';
import { customerLanguage } from './language.ts';
import type { RowsRequest } from './request.ts';
import { livingBy, type Subject } from './subjects.ts';
import { lastTexts } from './written.ts';

/** Customers who are asked for their language: a share is told to 1.6 points (one standard error). */
const SAMPLE = 1_000;
/** So many have their texts in memory at a time. */
const AT_A_TIME = 100;
const TEXTS = 5;

/**
 * The main language of a domain as of an instant: that of most customers who chose one or wrote
 * something, in a sample of 1,000; English where nobody did, or as many are of each. It costs one pass
 * over the domain's customers, and of their events and traits those of the sample alone.
 */
export async function domainLanguage(
  db: Queryable,
  domain: RowsRequest['domain'],
  at: Date,
): Promise<Locale> {
  const sample = await sampleOf(db, domain.id, at);
  const told = { zh: 0, en: 0 };
  for (let start = 0; start < sample.length; start += AT_A_TIME) {
    const subjects = sample.slice(start, start + AT_A_TIME);
    const traits = await traitsAsOf(db, subjects);
    const texts = await lastTexts(db, subjects, TEXTS);
    for (const index of subjects.keys()) {
      const language = customerLanguage(traits[index] ?? [], texts[index] ?? []);
      if (language) told[language] += 1;
    }
  }
  return told.zh > told.en ? 'zh' : 'en';
}

/**
 * Those whose ids, scattered by a multiplication that gives each another number (Knuth, TAOCP vol. 3,
 * 6.4), come first: the same ones the next time, but for the few who take the places of others.
 */
async function sampleOf(db: Queryable, domainId: number, at: Date): Promise<Subject[]> {
  const rows = await db.query<{ id: number }>(sql`
    select c.id from customer c
    where ${livingBy(domainId, at)}
    order by c.id * 2654435761 % 4294967296 limit ${SAMPLE}`);
  return rows.map(({ id }) => ({ customerId: id, at: at.getTime() }));
}
