import { fieldsOf, type Schema } from './fields.ts';
import { frameSection } from './frame.ts';
import { type Html, html, prose } from './html.ts';
import type { Direction, Socket } from './outline.ts';

/** One socket from its handshake to its end. */
export function socketSection({ id, channel, directions }: Socket): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${channel.title}</h2>
<p class="address"><code><span>ws://host</span>${channel.address}</code></p>
${prose(channel.description)}
${connecting(id, channel)}
${directions.map((direction) => directionSection(id, direction))}
${closing(id, channel)}
</section>
`;
}

function connecting(id: string, channel: Socket['channel']): Html {
  const parameters = 'parameters' in channel ? Object.entries(channel.parameters) : [];
  const path = {
    properties: Object.fromEntries(
      parameters.map(([name, it]) => [name, { type: 'string' as const, ...it }]),
    ),
    required: parameters.map(([name]) => name),
  };
  const { query, headers } = channel.bindings.ws;
  return html`<h3 id="${id}-connect">Connecting</h3>
<div class="handshake">
${parameters.length > 0 ? partOf('In the path', path) : undefined}
${partOf('In the query', query)}
${partOf('In the headers', headers)}
</div>`;
}

function partOf(title: string, schema: Schema): Html {
  return html`<div><h4>${title}</h4>${fieldsOf(schema)}</div>`;
}

function directionSection(socket: string, { id, title, arrow, summary, frames }: Direction): Html {
  return html`<h3 id="${socket}-${id}"><span class="arrow" aria-hidden="true">${arrow}</span> ${title}</h3>
<p class="summary">${summary}.</p>
${frames.map(frameSection)}`;
}

function closing(id: string, channel: Socket['channel']): Html {
  const rows = channel['x-close-codes'].map(
    ({ close, error, title, recovery, advice }) => html`<tr>
<th scope="row">${close}</th>
<td><code>${error}</code></td>
<td>${title}</td>
<td><span class="recovery ${recovery}">${recovery}</span> ${advice}</td>
</tr>
`,
  );
  return html`<h3 id="${id}-close">Closing</h3>
<p class="summary">The code and the reason of the close event, and what to do then.</p>
<table>
<thead><tr><th scope="col">Code</th><th scope="col">Error</th><th scope="col">Why</th><th scope="col">What to do</th></tr></thead>
<tbody>${rows}</tbody>
</table>`;
}
