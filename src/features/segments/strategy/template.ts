import { Liquid } from 'liquidjs';
import { CameoError } from '../../../errors.ts';

/** Names that a template may use; everything else is empty. */
export interface TemplateValues {
  readonly traits: Readonly<Record<string, unknown>>;
  readonly features: Readonly<Record<string, unknown>>;
  readonly segment: { readonly key: string; readonly name: string };
  readonly offer: string;
}

const LONGEST = 10_000;

// Templates come from users: no files, own properties only, bounded in time, memory and output.
const engine = new Liquid({
  strictFilters: true,
  strictVariables: false,
  ownPropertyOnly: true,
  outputEscape: (value) => textOf(value),
  templates: {},
  parseLimit: LONGEST,
  renderLimit: 100,
  memoryLimit: 1_000_000,
});

/** Missing values are an empty text, unless the template has a `default` for them. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' && !Number.isFinite(value)) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** @throws CameoError BAD_INPUT when it cannot be parsed. */
export function checkTemplate(template: string): void {
  if (template.length > LONGEST)
    throw new CameoError('TOO_LARGE', `A template has at most ${LONGEST} characters.`, [
      'template',
    ]);
  try {
    engine.parse(template);
  } catch (error) {
    throw new CameoError('BAD_INPUT', `The template is not usable: ${(error as Error).message}`, [
      'template',
    ]);
  }
}

/**
 * Fills a Liquid template: `Hello {{ traits.name | default: "there" }}`. A value that is missing, null
 * or not a number gives its default, else nothing; never "undefined", "null" or "NaN".
 *
 * @throws CameoError BAD_INPUT when it runs into a limit.
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  try {
    return String(engine.parseAndRenderSync(template, { ...values, ...present(values) }));
  } catch (error) {
    throw new CameoError(
      'BAD_INPUT',
      `The template could not be filled: ${(error as Error).message}`,
      ['template'],
    );
  }
}

/** Without values that are not there: null and NaN become absent, so that defaults apply to them. */
function present({ traits, features }: TemplateValues) {
  const clean = (all: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(all).filter(
        ([, value]) => value !== null && value !== undefined && !Number.isNaN(value),
      ),
    );
  return { traits: clean(traits), features: clean(features) };
}
