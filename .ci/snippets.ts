// The fenced blocks of the documents. Tests run each of them, or the document says beside it why none does.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Snippet {
  readonly document: string;
  readonly line: number;
  /** The nearest heading above it. */
  readonly heading: string;
  readonly language: string;
  /** `chat.mjs`, when its first line is `// chat.mjs`. */
  readonly file: string | undefined;
  readonly text: string;
  /** Of `<!-- not run: … -->`, the last thing in front of it. */
  readonly excuse: string | undefined;
}

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The Markdown files that people read, from the root of the repository. */
export const documents = (): string[] =>
  globSync(['*.md', '{apps,packages}/*/*.md', 'docs/**/*.md'], { cwd: ROOT }).sort();

export const snippets = (): Snippet[] => documents().flatMap(snippetsOf);

/** Those that a project with the SDK in it runs. */
export const sdkSnippets = (): (Snippet & { file: string })[] =>
  snippets().flatMap((snippet) =>
    isOfSdk(snippet) && snippet.file !== undefined ? [{ ...snippet, file: snippet.file }] : [],
  );

/** The guides have a test of their own, for they need more around them. */
export const isOfGuide = ({ document }: Snippet): boolean => document.startsWith('docs/guides/');

export const isOfSdk = (snippet: Snippet): boolean => !isOfGuide(snippet) && isForSdk(snippet);

const isForSdk = ({ language, text }: Snippet): boolean =>
  ['ts', 'tsx'].includes(language) || (language === 'js' && text.includes("from '@duet/sdk"));

function snippetsOf(document: string): Snippet[] {
  const whole = readFileSync(join(ROOT, document), 'utf8');
  return [...whole.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map((match) => {
    const [, indent = '', language = '', block = ''] = match;
    const before = whole.slice(0, match.index);
    const text = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    return {
      document,
      line: before.split('\n').length,
      heading:
        before
          .match(/^#+ .*$/gm)
          ?.at(-1)
          ?.replace(/^#+ /, '') ?? '',
      language,
      file: /^(?:\/\/|#) ([\w-]+\.\w+)/.exec(text)?.[1],
      text,
      excuse: /<!-- not run: ([^>]+) -->\s*$/.exec(before)?.[1],
    };
  });
}
