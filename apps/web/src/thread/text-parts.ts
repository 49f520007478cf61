import { LinkifyIt } from 'linkify-it';

const links = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: false });

interface Part {
  readonly text: string;
  /** Where it begins. */
  readonly start: number;
  /** Where it leads, if it is a link. */
  readonly url: string | undefined;
}

/** A text in parts that are links to the web, and parts that are not. */
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
