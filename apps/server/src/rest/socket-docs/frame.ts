import { fieldsOf } from './fields.ts';
import { type Html, html, type Piece, prose } from './html.ts';
import type { Frame } from './outline.ts';

/** One frame: what it is for, its fields, and beside them an example. */
export function frameSection({ name, kind, summary, schema, examples }: Frame): Html {
  return html`<article class="frame" id="${name}" aria-labelledby="${name}-name">
<div>
<h4 id="${name}-name"><a class="anchor" href="#${name}"><code>${kind}</code></a> <span class="name">${name}</span></h4>
${prose(summary)}
${fieldsOf(schema)}
</div>
<div>${examples.map(({ payload }) => html`<pre><code>${colored(printed(payload))}</code></pre>`)}</div>
</article>
`;
}

/** JSON with a value on each line, but for pairs of numbers. */
function printed(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(/\[\s+(\d+),\s+(\d+)\s+\]/g, '[$1, $2]');
}

/** JSON with its names, texts and other values marked. */
function colored(json: string): Piece[] {
  const parts = json.split(/("(?:[^"\\]|\\.)*"(?:: )?|\b(?:true|false|null|[\d.]+)\b)/);
  return parts.map((part, at) => {
    if (at % 2 === 0) return part;
    const kind = part.endsWith(': ') ? 'key' : part.startsWith('"') ? 'text' : 'value';
    return html`<span class="${kind}">${part}</span>`;
  });
}
