// The reader's own `token.ts`, which the snippets import: whose token it is, the test says.
import { env } from 'node:process';

export const getToken = (): string | null => env['DUET_TOKEN'] ?? null;
