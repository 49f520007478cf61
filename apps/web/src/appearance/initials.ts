const HUES = 8;
const graphemes = new Intl.Segmenter();

/** One or two letters that stand for a name. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /\p{L}|\p{N}|\p{Emoji_Presentation}/u.test(word));
  const [first = name, second = ''] = words;
  return (firstLetter(first) + (/^\p{N}/u.test(second) ? '' : firstLetter(second))).toLocaleUpperCase();
}

function firstLetter(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment;
  return '';
}

/** One of the colours of avatars, the same for the same id everywhere. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % HUES;
}
