import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createEmbedded } from '@duet/testing/database';
import { runServer } from '@duet/testing/server';
import { afterAll, describe, expect, test } from 'vitest';
import { JWT_SECRET, startServerOn } from '../harness/server.ts';

const { dataDir, drop } = await createEmbedded();
const env = { DATA_DIR: dataDir, JWT_SECRET };
afterAll(drop);

describe('a start that fails says why in one line and exits with 1', () => {
  test.each([
    [{ PORT: 'http' }, /^duet: PORT: must be a whole number\n$/],
    [
      { DATABASE_URL: 'postgres://somebody:hidden@127.0.0.1:1/nowhere' },
      /^duet: DATABASE_URL: cannot reach the database \([^\n]*ECONNREFUSED[^\n]*\)\n$/,
    ],
  ])('%o', async (given, line) => {
    const server = runServer({ env: { ...env, ...given } });
    expect(await server.exit).toBe(1);
    expect(server.output).toMatch(line);
    expect(server.output).not.toContain('hidden');
  });

  test('a folder that is none, an address of another machine, a port that is taken', async () => {
    const fails = (given: Record<string, string>) => expect(startServerOn({ ...env, ...given })).rejects;
    await fails({ DATA_DIR: fileURLToPath(import.meta.url) }).toThrow(/^DATA_DIR: .+ is not a folder/);
    await fails({ HOST: '203.0.113.7' }).toThrow('HOST: 203.0.113.7 is not an address of this machine');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? `${address?.port}` : '';
    await fails({ PORT: port }).toThrow(`PORT: ${port} is already in use`);
    await new Promise((resolve) => other.close(resolve));
  });
});
