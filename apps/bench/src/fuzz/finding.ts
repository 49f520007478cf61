/** Something that should not be. */
export interface Finding {
  /** Which promise it breaks. */
  readonly oracle: string;
  /** What it was about: an operation, a kind of frame. */
  readonly where: string;
  /** `request:12` or `frame:3`, for `--only`; undefined for what the whole run shows. */
  readonly case: string | undefined;
  /** What was sent, in full. */
  readonly sent: string;
  readonly expected: string;
  readonly came: string;
}

/** The findings of a run: alike ones are kept once, and counted. */
export interface Findings {
  add(finding: Finding): void;
  readonly all: readonly (Finding & { readonly times: number })[];
}

export function collectFindings(): Findings {
  const kept = new Map<string, Finding & { times: number }>();
  return {
    add: (finding) => {
      const key = `${finding.oracle}\0${finding.where}`;
      const known = kept.get(key);
      if (known) known.times += 1;
      else kept.set(key, { ...finding, times: 1 });
    },
    get all() {
      return [...kept.values()];
    },
  };
}

/** So much of what was sent is shown, unless it is the only one that was asked for. */
const SHOWN = 1500;

/** What a person needs to see it again. */
export function describe(
  finding: Finding & { readonly times: number },
  seed: number,
  inFull: boolean,
): string {
  const { sent } = finding;
  const again = finding.case === undefined ? `--seed ${seed}` : `--seed ${seed} --only ${finding.case}`;
  return [
    `${finding.oracle} (${finding.where}), ${finding.times} times; again with ${again}`,
    `  sent      ${inFull || sent.length <= SHOWN ? sent : `${sent.slice(0, SHOWN)}… ${sent.length} characters, all of them with --only`}`,
    `  expected  ${finding.expected}`,
    `  came      ${finding.came}`,
  ].join('\n');
}

/** Bytes as a command that sends them, to any shell with printf and nc. */
export function asCommand(bytes: Buffer, port: number): string {
  const text = bytes.toString('latin1').replaceAll(/[^ -~]|['\\]/g, (c) => {
    if (c === '\r') return '\\r';
    if (c === '\n') return '\\n';
    return `\\0${c.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
  return `printf %b '${text}' | nc -q 5 127.0.0.1 ${port}`;
}
