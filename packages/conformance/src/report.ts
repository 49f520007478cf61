import type { Section } from './case.ts';
import type { Result } from './run.ts';

const MARKS = { holds: '✓', fails: '✗', 'not applicable': '–' } as const;

/** The results for people: by section, what was expected and what came, the counts at the end. */
export function textReport(sections: readonly Section[], results: readonly Result[]): string {
  const byId = new Map(results.map((result) => [result.id, result]));
  const lines: string[] = [];
  for (const { number, name, cases } of sections) {
    const own = cases.flatMap(({ id }) => byId.get(id) ?? []);
    if (own.length === 0) continue;
    lines.push('', `${number} ${name}`, ...own.flatMap(linesOf));
  }
  return [...lines, '', countLine(results)].join('\n');
}

function linesOf(result: Result): string[] {
  const line = `  ${MARKS[result.outcome]} ${result.id}  ${result.title}`;
  if (result.outcome === 'holds') return [line];
  if (result.outcome === 'not applicable') return [`${line} (not applicable: ${result.reason})`];
  const { what, expected, came } = result;
  return [line, `      ${what}`, `      expected  ${expected}`, `      came      ${came}`];
}

export interface Counts {
  readonly holds: number;
  readonly fails: number;
  readonly notApplicable: number;
}

export function count(results: readonly Result[]): Counts {
  const of = (outcome: Result['outcome']) => results.filter((result) => result.outcome === outcome).length;
  return { holds: of('holds'), fails: of('fails'), notApplicable: of('not applicable') };
}

function countLine(results: readonly Result[]): string {
  const { holds, fails, notApplicable } = count(results);
  return `${results.length} cases: ${holds} hold, ${fails} fail, ${notApplicable} not applicable`;
}
