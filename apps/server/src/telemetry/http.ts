import { Histogram, type Registry } from '@prometheus-io/client';
import type { HttpMeter } from '../rest/meter.ts';
import { cellsBy, tally } from './tally.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 20];

/** Requests, and calls of /trpc. */
export function httpMeter(registry: Registry, failed: (cause: unknown) => void): HttpMeter {
  const registers = [registry];
  const requests = tally(registry, {
    name: 'duet_http_requests_total',
    help: 'Requests answered, by operation and status.',
    labels: ['operation', 'status'],
  });
  const durations = new Histogram({
    name: 'duet_http_request_duration_seconds',
    help: 'From the head of a request to the end of its answer, by operation and class of status.',
    labelNames: ['operation', 'status'],
    buckets: SECONDS,
    registers,
  });
  const refusals = tally(registry, {
    name: 'duet_http_refusals_total',
    help: 'Requests and calls of tRPC that were refused, by error code.',
    labels: ['code'],
  });
  const calls = tally(registry, {
    name: 'duet_trpc_calls_total',
    help: 'Calls of tRPC, single or of a batch, by procedure and error code, or `ok`.',
    labels: ['procedure', 'code'],
  });
  const callDurations = new Histogram({
    name: 'duet_trpc_call_duration_seconds',
    help: 'How long a procedure took, by procedure.',
    labelNames: ['procedure'],
    buckets: SECONDS,
    registers,
  });
  const refused = cellsBy((code) => refusals({ code }));
  const answered = cellsBy((key) => {
    const [operation = '', status = ''] = key.split(' ');
    return requests({ operation, status });
  });
  const called = cellsBy((key) => {
    const [procedure = '', code = ''] = key.split(' ');
    return calls({ procedure, code });
  });
  return {
    answered: (operation, status, seconds) => {
      answered(`${operation} ${status}`).value += 1;
      durations.observe({ operation, status: `${Math.floor(status / 100)}xx` }, seconds);
    },
    refused: (code) => {
      refused(code).value += 1;
    },
    called: (procedure, code, seconds) => {
      called(`${procedure} ${code}`).value += 1;
      callDurations.observe({ procedure }, seconds);
    },
    failed,
  };
}
