import { Fragment, memo } from 'react';
import { partsOf } from './text-parts.ts';

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
