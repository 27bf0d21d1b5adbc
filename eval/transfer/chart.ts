/** One learning curve: how good a way of learning is by labels a class. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  /** Drawn broken: a yardstick, not one of the compared ways. */
  readonly faint: boolean;
  /** By place on the axis; a single value is drawn across it. */
  readonly points: readonly { readonly mean: number; readonly half?: number }[];
}

export interface Chart {
  readonly title: string;
  readonly metric: string;
  /** Labels a class, from left to right. */
  readonly shots: readonly number[];
  readonly curves: readonly Curve[];
  /** A line that should be reached at one place. */
  readonly bar?: { readonly shots: number; readonly least: number };
}

const WIDTH = 720;
const HEIGHT = 400;
const AREA = { left: 56, right: 424, top: 48, bottom: 348 };
const STEP = 0.05;

/** Learning curves with their 95% intervals as an SVG picture. */
export function drawChart({ title, metric, shots, curves, bar }: Chart): string {
  const x = (place: number) =>
    AREA.left + 24 + ((AREA.right - AREA.left - 48) * place) / Math.max(1, shots.length - 1);
  const y = scaleOf(curves, bar?.least);
  const barAt = bar ? shots.indexOf(bar.shots) : -1;
  const parts = [
    text(AREA.left, 24, title, 'font-weight="bold" font-size="15"'),
    ...y.ticks.flatMap((tick) => [
      line(AREA.left, y.of(tick), AREA.right, y.of(tick), 'stroke="#d8d8d8"'),
      text(AREA.left - 8, y.of(tick) + 4, tick.toFixed(2), 'text-anchor="end"'),
    ]),
    ...shots.map((own, place) =>
      text(x(place), AREA.bottom + 20, `${own}`, 'text-anchor="middle"'),
    ),
    text((AREA.left + AREA.right) / 2, AREA.bottom + 40, 'labels a class', 'text-anchor="middle"'),
    text(AREA.left, AREA.top - 8, metric, 'fill="#555"'),
    ...(bar && barAt >= 0
      ? [
          line(
            x(barAt) - 22,
            y.of(bar.least),
            x(barAt) + 22,
            y.of(bar.least),
            'stroke="#c00" stroke-width="2"',
          ),
          text(
            x(barAt) + 26,
            y.of(bar.least) + 4,
            `bar ${bar.least}`,
            'fill="#c00" font-size="11"',
          ),
        ]
      : []),
    ...curves.map((curve) => curveOf(curve, x, y.of, shots.length)),
    ...curves.flatMap((curve, i) => legendOf(curve, AREA.top + 10 + 24 * i)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function scaleOf(curves: readonly Curve[], least: number | undefined) {
  const values = curves.flatMap(({ points }) =>
    points.flatMap(({ mean, half = 0 }) => [mean - half, mean + half]),
  );
  const all = least === undefined ? values : [...values, least];
  const low = Math.max(0, Math.floor(Math.min(...all) / STEP) * STEP);
  const high = Math.min(1, Math.ceil(Math.max(...all) / STEP) * STEP);
  const of = (value: number) =>
    AREA.bottom - ((AREA.bottom - AREA.top) * (value - low)) / Math.max(STEP, high - low);
  const every = high - low > 0.5 ? 2 * STEP : STEP;
  const count = Math.round((high - low) / every);
  return { of, ticks: Array.from({ length: count + 1 }, (_, i) => low + i * every) };
}

function curveOf(
  { points, colour, faint }: Curve,
  x: (place: number) => number,
  y: (value: number) => number,
  places: number,
): string {
  const style = `stroke="${colour}" fill="none" stroke-width="${faint ? 1.5 : 2.5}"${faint ? ' stroke-dasharray="5 4"' : ''}`;
  const [first] = points;
  if (points.length === 1 && first)
    return line(x(0), y(first.mean), x(places - 1), y(first.mean), style);
  const path = points.map(({ mean }, place) => `${round(x(place))},${round(y(mean))}`).join(' ');
  const whiskers = points.map(({ mean, half }, place) =>
    half === undefined
      ? ''
      : line(
          x(place),
          y(Math.max(0, mean - half)),
          x(place),
          y(Math.min(1, mean + half)),
          `stroke="${colour}" stroke-opacity="0.5"`,
        ),
  );
  const dots = points.map(
    ({ mean }, place) =>
      `<circle cx="${round(x(place))}" cy="${round(y(mean))}" r="3" fill="${colour}"/>`,
  );
  return [`<polyline points="${path}" ${style}/>`, ...whiskers, ...dots].filter(Boolean).join('\n');
}

function legendOf({ name, colour, faint }: Curve, top: number): string[] {
  const dash = faint ? ' stroke-dasharray="5 4"' : '';
  return [
    line(444, top, 468, top, `stroke="${colour}" stroke-width="2.5"${dash}`),
    text(476, top + 4, name, ''),
  ];
}

function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${style}/>`;
}

function text(x: number, y: number, words: string, style: string): string {
  const safe = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${round(x)}" y="${round(y)}" ${style}>${safe}</text>`;
}

const round = (value: number) => Number(value.toFixed(1));
