import { Histogram } from '../measure/histogram.ts';

/** What a load counts; the faults over its whole life, the rest between `begin` and `end`. */
export class Tally {
  sent = 0;
  acknowledged = 0;
  doubled = 0;
  disordered = 0;
  holes = 0;
  faults = 0;
  readonly samples: string[] = [];
  readonly latency = new Histogram();
  /** How late messages were sent at a fixed rate: the generator's own fault. */
  readonly lag = new Histogram();

  complete(milliseconds: number): void {
    this.acknowledged += 1;
    this.latency.record(milliseconds * 1000);
  }

  fault(what: string): void {
    this.faults += 1;
    if (this.samples.length < 3) this.samples.push(what.slice(0, 300));
  }
}
