import { fieldsOf, type Schema, typeOf } from './fields.ts';
import { type Html, html, type Piece, prose } from './html.ts';
import { type Direction, type Document, type Socket, shapesOf, socketsOf } from './outline.ts';
import { socketSection } from './socket.ts';

/** The AsyncAPI document as a page without a script. Whatever it says of the sockets it has from the document. */
export function socketPage(document: Document, styles: readonly string[]): string {
  const { info } = document;
  const sockets = socketsOf(document);
  const shapes = shapesOf(document);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${info.title}</title>
${styles.map((name) => html`<link rel="stylesheet" href="${name}">`)}
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<a class="brand" href="/">Duet</a>
<nav aria-label="Documents"><a href="/docs/">REST</a><a href="/docs/socket/" aria-current="page">Sockets</a><a href="/asyncapi.json">asyncapi.json</a></nav>
</header>
<nav class="contents" aria-label="On this page">
<ul>${sockets.map(contentsOf)}
<li><a href="#shapes">Shapes</a><ul>${shapes.map(([name]) => entry(name, name))}</ul></li></ul>
</nav>
<main id="content">
<h1>${info.title}</h1>
<div class="lead">${prose(info.description)}</div>
${sockets.map(socketSection)}
<section id="shapes" aria-labelledby="shapes-title">
<h2 id="shapes-title">Shapes</h2>
<p>What more than one frame holds.</p>
${shapes.map(shapeSection)}
</section>
</main>
</body>
</html>
`.markup;
}

function contentsOf({ id, channel, directions }: Socket): Html {
  return html`<li><a href="#${id}">${channel.title}</a><ul>
${entry(`${id}-connect`, 'Connecting')}
${directions.map((direction) => framesOf(id, direction))}
${entry(`${id}-close`, 'Closing')}
</ul></li>`;
}

function framesOf(socket: string, { id, title, arrow, frames }: Direction): Html {
  return html`<li><a href="#${socket}-${id}"><span class="arrow" aria-hidden="true">${arrow}</span> ${title}</a>
<ul>${frames.map(({ name, kind }) => entry(name, html`<code>${kind}</code>`))}</ul></li>`;
}

function entry(anchor: string, label: Piece): Html {
  return html`<li><a href="#${anchor}">${label}</a></li>`;
}

function shapeSection([name, schema]: [string, Schema]): Html {
  return html`<article class="shape" id="${name}" aria-labelledby="${name}-name">
<h3 id="${name}-name"><a class="anchor" href="#${name}">${name}</a></h3>
${prose(schema.description)}
${schema.properties ? fieldsOf(schema) : html`<p class="choice">${typeOf(schema)}</p>`}
</article>
`;
}
