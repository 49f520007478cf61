import { spreadOf } from '../measure/statistics.ts';
import { type Metric, metrics, type Series } from './results.ts';
import { format } from './table.ts';

const WIDTH = 760;
const LABELS = 150;
const VALUES = 170;
const BARS = WIDTH - LABELS - VALUES;
const ROW = 24;
const TITLE = 34;
const GROUP = 30;

// Colours that can be told from white and from black; whoever views it in the dark gets light text.
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .group { font-weight: 600 }
  .value { font-variant-numeric: tabular-nums }
  .spread { stroke: #1f2328; stroke-opacity: .55; stroke-width: 1.5 }
  .c0 { fill: #2f81f7 } .c1 { fill: #7ab4ff } .c2 { fill: #8c959f } .c3 { fill: #bf8700 } .c4 { fill: #2da44e }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .spread { stroke: #e6edf3 } }`;

/** Contenders keep their colour from chart to chart. */
const COLOURS: Record<string, number> = { duet: 0, 'duet.v1': 1, relay: 2, express: 3, 'duet, embedded': 4 };

/** One metric as bars, grouped by what was measured; the line over a bar's end goes from the least to the most of the rounds. */
export function barChart(title: string, series: readonly Series[], metric: Metric): string {
  const shown = series.filter(({ figures }) => figures[metric]);
  const variants = [...new Set(shown.map(({ variant }) => variant))];
  const most = Math.max(...shown.flatMap(({ figures }) => figures[metric] ?? []));
  const parts: string[] = [text('title', 0, 18, title)];
  let y = TITLE;
  for (const variant of variants) {
    parts.push(text('group', 0, y + 16, variant));
    y += GROUP - 4;
    for (const one of shown.filter((candidate) => candidate.variant === variant)) {
      parts.push(bar(one, metric, most, y));
      y += ROW;
    }
    y += 8;
  }
  const size = `width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}
</style>
${parts.join('\n')}
</svg>
`;
}

function bar({ contender, figures }: Series, metric: Metric, most: number, y: number): string {
  const { median, min, max } = spreadOf(figures[metric] ?? []);
  const x = (value: number) => Number((LABELS + (value / most) * BARS).toFixed(1));
  const { digits } = metrics[metric];
  const shown = (value: number) => format(value, digits);
  const label = min === max ? shown(median) : `${shown(median)} (${shown(min)}–${shown(max)})`;
  const width = Math.max(1, x(median) - LABELS).toFixed(1);
  return [
    text('', 12, y + 14, contender),
    `<rect class="c${COLOURS[contender] ?? 0}" x="${LABELS}" y="${y + 2}" width="${width}" height="${ROW - 8}" rx="2"/>`,
    ...(min === max
      ? []
      : [`<line class="spread" x1="${x(min)}" x2="${x(max)}" y1="${y + 10}" y2="${y + 10}"/>`]),
    text('value', x(Math.max(median, max)) + 8, y + 14, label),
  ].join('\n');
}

function text(kind: string, x: number, y: number, content: string): string {
  return `<text${kind && ` class="${kind}"`} x="${x}" y="${y}">${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
