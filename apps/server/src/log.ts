import { type DestinationStream, type Logger, pino } from 'pino';

/** The structured log: one JSON object a line. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, serializers: { err: serializeError } };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * What an error says at its root, and where it passed through. The wrappers' own messages stay out: a failed query's holds its
 * parameters, and so people's messages. For the same reason every log call has a message of its own: pino would take the error's.
 */
function serializeError(error: unknown): object {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  if (!(root instanceof Error)) return { message: String(root) };
  const frames = error instanceof Error ? error.stack?.match(/^ {4}at .*$/gm)?.join('\n') : undefined;
  return {
    type: root.name,
    message: root.message,
    ...('code' in root && { code: root.code }),
    stack: frames,
  };
}
