import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JWT_SECRET, personAt, startServerOn } from '../harness/server.ts';
import { openSetups, type Setups } from '../harness/setups.ts';

// DATABASE_URL in forms that libpq takes.

let on: Setups;
beforeAll(async () => {
  on = await openSetups();
});
afterAll(() => on.cluster.stop());

describe('DATABASE_URL in forms that libpq takes', () => {
  const portOf = () => new URL(on.cluster.adminUrl).port;
  const byUrl = async (DATABASE_URL: string) => {
    const server = await startServerOn({ DATABASE_URL, JWT_SECRET });
    const ada = await personAt(server.url, 'ada');
    await server.stop();
    return ada;
  };

  test.each([
    [
      'the second host, when the first does not answer',
      (port: string, db: string) => `postgres://duet@127.0.0.1:1,127.0.0.1:${port}/${db}`,
    ],
    [
      'the host that may be written',
      (port: string, db: string) =>
        `postgres://duet@127.0.0.1:${port},127.0.0.1:${port}/${db}?target_session_attrs=read-write`,
    ],
    [
      'a socket',
      (port: string, db: string) => `postgres://duet@/${db}?host=${on.cluster.socketFolder}&port=${port}`,
    ],
    [
      'a socket in place of the host',
      (port: string, db: string) =>
        `postgres://duet@${encodeURIComponent(on.cluster.socketFolder)}:${port}/${db}`,
    ],
    [
      'everything as parameters',
      (port: string, db: string) =>
        `postgres:///?host=127.0.0.1&port=${port}&dbname=${db}&user=duet&password=50%25off`,
    ],
    [
      'what poolers and hosters write',
      (port: string, db: string) =>
        `postgresql://duet:50%25off@127.0.0.1:${port}/${db}?sslmode=prefer&channel_binding=prefer&gssencmode=disable&keepalives=1&keepalives_idle=30&connect_timeout=10&application_name=chat&options=-c%20work_mem%3D8MB`,
    ],
  ])('%s', async (_, form) => {
    await byUrl(form(portOf(), await on.createDatabase()));
  });

  test('no host that answers is one line', async () => {
    const url = 'postgres://duet@127.0.0.1:1,127.0.0.1:2/duet';
    await expect(byUrl(url)).rejects.toThrow(/^DATABASE_URL: cannot reach the database \([^\n]*\)$/);
  });
});
