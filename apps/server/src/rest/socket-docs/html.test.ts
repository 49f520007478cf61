import { expect, test } from 'vitest';
import { html, inline, prose } from './html.ts';

test('text is escaped wherever it stands, markup is not', () => {
  const hostile = `<script>alert("1" & '2')</script>`;
  const escaped = '&#60;script&#62;alert(&#34;1&#34; &#38; &#39;2&#39;)&#60;/script&#62;';
  expect(html`<p title="${hostile}">${hostile}</p>`.markup).toBe(`<p title="${escaped}">${escaped}</p>`);
  expect(html`<ul>${[html`<li>${hostile}</li>`, ' ', 2, undefined]}</ul>`.markup).toBe(
    `<ul><li>${escaped}</li> 2</ul>`,
  );
  expect(html`${prose(`a \`<b>\` c\n\n${hostile}`)}`.markup).toBe(
    `<p>a <code>&#60;b&#62;</code> c</p><p>${escaped}</p>`,
  );
  expect(html`${inline('`$1 \\n`')}`.markup).toBe('<code>$1 \\n</code>');
});
