/** Markup, as opposed to text that has yet to be escaped. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Piece = Html | string | number | undefined | readonly Piece[];

/** A template of markup: whatever is put into it is text, and escaped, unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(String.raw({ raw: parts }, ...pieces.map(markupOf)));
}

/** Text with `code` in it, as the contract's descriptions are written; an empty line begins a paragraph. */
export function prose(text: string | undefined): Html[] {
  const paragraphs = text?.split('\n\n') ?? [];
  return paragraphs.map((paragraph) => html`<p>${inline(paragraph)}</p>`);
}

/** The same within a line. */
export function inline(text: string): Piece[] {
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));
}

function markupOf(piece: Piece): string {
  if (piece === undefined) return '';
  if (piece instanceof Html) return piece.markup;
  if (typeof piece === 'object') return piece.map(markupOf).join('');
  return String(piece).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
