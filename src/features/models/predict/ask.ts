import { lastWritings } from '../../training/last-writings.ts';
import type { PredictionRow, RowsDeps } from '../../training/request.ts';
import type { TaskKind } from '../kinds.ts';
import type { Predicted, Predictor } from '../predictor.ts';

/**
 * One prediction for each row, in order. SEQUENCE has labels of single texts: it is asked about each
 * of the customer's last texts, and the spans that it finds in them are put together.
 */
export async function askVersion(
  deps: Pick<RowsDeps, 'db'> & { readonly predictor: Predictor },
  kind: TaskKind,
  folder: string,
  rows: readonly PredictionRow[],
): Promise<readonly Predicted[]> {
  if (kind !== 'SEQUENCE') return deps.predictor.predict(folder, rows);
  const writings = (await lastWritings(deps, rows)).map((own, row) =>
    own.map((writing) => ({ row, writing })),
  );
  const texts = writings.flat();
  const found = await deps.predictor.predict(
    folder,
    texts.map(({ row, writing: { messageId, text } }) => {
      const { group, at } = rows[row] as PredictionRow;
      return { id: `event:${messageId}`, group, at, text };
    }),
  );
  return rows.map((_, row) => {
    const own = texts.flatMap((text, i) =>
      text.row === row ? [{ ...text, predicted: found[i] as Predicted }] : [],
    );
    return together(own.map((each) => ({ ...each.predicted, value: placed(each) })));
  });
}

/** A span as a SEQUENCE version gives it. */
interface Found {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly text: string;
  readonly confidence: number;
}

/** The spans with their event, at their places in its text as it was written. */
function placed({
  writing: { messageId, back },
  predicted,
}: {
  readonly writing: Awaited<ReturnType<typeof lastWritings>>[number][number];
  readonly predicted: Predicted;
}) {
  // The keys are in the order that jsonb keeps them in: what is read is what was written.
  return (predicted.value as unknown as readonly Found[]).map((span) => ({
    end: back(span.end, 'end'),
    text: span.text,
    label: span.label,
    start: back(span.start, 'start'),
    messageId,
    confidence: span.confidence,
  }));
}

/** What is said of a customer's texts as one: no surer than the least sure of them. */
function together(predicted: readonly Predicted[]): Predicted {
  const sure = predicted.flatMap(({ probability }) => probability ?? []);
  const unsure = predicted.flatMap(({ uncertainty }) => uncertainty ?? []);
  return {
    value: predicted.flatMap(({ value }) => value as readonly Predicted['value'][]),
    probability: sure.length > 0 ? Math.min(...sure) : null,
    uncertainty: unsure.length > 0 ? Math.max(...unsure) : null,
    reasons: [],
  };
}
