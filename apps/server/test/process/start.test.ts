import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { createEmbedded } from '../harness/database.ts';
import { run } from '../harness/process.ts';
import { JWT_SECRET } from '../harness/server.ts';
import { bounded } from '../harness/socket.ts';

const { dataDir, drop } = await createEmbedded();
const env = { DATA_DIR: dataDir, JWT_SECRET };
afterAll(drop);

describe('a start that fails says why in one line and exits with 1', () => {
  const fails = async (given: Record<string, string>) => {
    const { exit, output } = await run({ ...env, ...given });
    expect(await bounded('the exit', exit, 20_000)).toBe(1);
    const lines = output().trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith('{'))).toHaveLength(1); // beside the log
    return lines.at(-1);
  };

  test('a bad variable', async () => {
    expect(await fails({ PORT: 'http' })).toBe('duet: PORT: must be a whole number');
  });

  test('a database that cannot be reached, without its password', async () => {
    const line = await fails({ DATABASE_URL: 'postgres://somebody:hidden@127.0.0.1:1/nowhere' });
    expect(line).toMatch(/^duet: DATABASE_URL: cannot reach the database \(.*ECONNREFUSED.*\)$/);
    expect(line).not.toContain('hidden');
  });

  test('a folder that is none', async () => {
    expect(await fails({ DATA_DIR: fileURLToPath(import.meta.url) })).toMatch(
      /^duet: DATA_DIR: .+ is not a folder/,
    );
  });

  test('an address of another machine', async () => {
    expect(await fails({ HOST: '203.0.113.7' })).toBe(
      'duet: HOST: 203.0.113.7 is not an address of this machine',
    );
  });

  test('a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? `${address?.port}` : '';
    expect(await fails({ PORT: port })).toBe(`duet: PORT: ${port} is already in use`);
    await new Promise((resolve) => other.close(resolve));
  });
});
