import { Counter, type Registry } from '@prometheus-io/client';

/** One count, of one set of labels. To add to it is to add to a number. */
export interface Cell {
  value: number;
}

export interface TallyOptions {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/**
 * A counter whose numbers are ours, and copied into the client's when somebody reads: its own look the labels up each time, ten times the cost.
 * @returns makes the cell of some labels, once for each
 */
export function tally(
  registry: Registry,
  { name, help, labels: labelNames = [] }: TallyOptions,
): (labels: Readonly<Record<string, string>>) => Cell {
  const cells: { readonly labels: Record<string, string>; readonly cell: Cell }[] = [];
  const counter = new Counter<string>({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const { labels, cell } of cells) counter.inc(labels, cell.value);
    },
  });
  return (labels) => {
    const cell: Cell = { value: 0 };
    cells.push({ labels, cell });
    return cell;
  };
}

/**
 * The cells of a label's values, of which there must be a known few.
 * @param expected those that are 0 from the beginning, so that the first one counts is seen as a rise; the others begin when first asked for
 */
export function cellsBy(
  make: (value: string) => Cell,
  expected: readonly string[] = [],
): (value: string) => Cell {
  const cells = new Map(expected.map((value) => [value, make(value)]));
  return (value) => {
    const known = cells.get(value);
    if (known) return known;
    const made = make(value);
    cells.set(value, made);
    return made;
  };
}
