import { LinkifyIt } from 'linkify-it';
import { Fragment, memo } from 'react';

const links = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: false });

interface Part {
  readonly text: string;
  readonly start: number;
  readonly url: string | undefined;
}

/** The text of a message, with the web addresses in it as links. Everything else is text and nothing but text. */
export const MessageText = memo(function MessageText({ text }: { readonly text: string }) {
  return partsOf(text).map(({ text, start, url }) =>
    url === undefined ? (
      <Fragment key={start}>{text}</Fragment>
    ) : (
      <a key={start} href={url} target="_blank" rel="noopener noreferrer nofollow">
        {text}
      </a>
    ),
  );
});

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { index, lastIndex, url } of links.match(text) ?? []) {
    if (!/^https?:\/\//i.test(url)) continue;
    if (index > end) parts.push({ text: text.slice(end, index), start: end, url: undefined });
    parts.push({ text: text.slice(index, lastIndex), start: index, url });
    end = lastIndex;
  }
  if (end < text.length) parts.push({ text: text.slice(end), start: end, url: undefined });
  return parts;
}
