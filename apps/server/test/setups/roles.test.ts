import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { personAt } from '../harness/server.ts';
import { openSetups, type Setups } from '../harness/setups.ts';

// Roles as operators have them, with more rights and fewer, and few connections.

let on: Setups;
beforeAll(async () => {
  on = await openSetups();
});
afterAll(() => on.cluster.stop());

describe('roles', () => {
  const RIGHTS = 'select, insert, update, delete';

  test('one with rights on rows alone starts on a database that another has migrated', async () => {
    const database = await on.createDatabase();
    const id = await on.use(database);
    const role = await on.createRole();
    await on.admin(
      database,
      `revoke create on schema public from public`,
      `grant ${RIGHTS} on all tables in schema public to ${role}`,
    );
    expect(await on.use(database, role)).toBe(id);
  });

  test('one that lacks a right is told which, for what', async () => {
    const database = await on.createDatabase();
    await on.use(database);
    const role = await on.createRole();
    await on.admin(
      database,
      `grant ${RIGHTS} on all tables in schema public to ${role}`,
      `revoke delete on sessions from ${role}`,
    );
    expect(await on.refusal(database, role)).toBe(
      `DATABASE_URL: the role ${role} may not DELETE in sessions ("grant delete on sessions to ${role}")`,
    );
  });

  test('one that owns a schema and nothing else makes its tables there', async () => {
    const role = await on.createRole();
    const database = await on.createDatabase();
    await on.admin(
      database,
      `create schema theirs authorization ${role}`,
      `alter role ${role} in database ${database} set search_path = theirs`,
    );
    const id = await on.use(database, role);
    expect(await on.use(database, role, { DATABASE_SCHEMA: 'theirs' })).toBe(id);
  });

  test('one that may make nothing is told what it needs', async () => {
    const role = await on.createRole();
    const database = await on.createDatabase();
    expect(await on.refusal(database, role)).toBe(
      `DATABASE_URL: the role ${role} may not make tables in the schema public ("grant create on schema public to ${role}")`,
    );
    expect(await on.refusal(database, role, { DATABASE_SCHEMA: 'duet' })).toBe(
      `DATABASE_SCHEMA: the role ${role} may not make the schema duet ("create schema duet authorization ${role}")`,
    );
    await on.admin(database, `alter role ${role} in database ${database} set search_path = nowhere`);
    expect(await on.refusal(database, role)).toBe(
      `DATABASE_URL: the role ${role} has no schema to make tables in; set DATABASE_SCHEMA`,
    );
  });

  test('what PostgreSQL says besides is one line, too', async () => {
    const database = await on.createDatabase();
    await on.use(database);
    const role = await on.createRole();
    await on.admin(database, `revoke all on schema public from public`);
    expect(await on.refusal(database, role)).toMatch(/^DATABASE_URL: [^\n]+$/);
  });
});

describe('connections', () => {
  const taken = async (role: string) =>
    (
      await on.admin(
        'postgres',
        `select count(*)::int as count from pg_stat_activity where usename = '${role}'`,
      )
    )[0]?.['count'];

  test.each([6, 7, 12])('a node takes %i at most, and works with these', async (connections) => {
    const role = await on.createRole();
    await on.admin('postgres', `alter role ${role} connection limit ${connections}`);
    const database = await on.createDatabase(`owner ${role}`);
    const server = await on.start(database, role, {
      DATABASE_CONNECTIONS: `${connections}`,
      RATE_LIMITS: 'off',
    });
    const [ada, ben] = [await personAt(server.url, 'ada'), await personAt(server.url, 'ben')];
    const path = `/api/chat/conversations/${(await ada.open(ben)).id}/messages/`;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? ada.post(path, { content: `${i}` }) : ben.get(path))),
    );
    expect(answers.filter(({ status }) => status >= 400)).toEqual([]);
    expect(await taken(role)).toBeLessThanOrEqual(connections);
    expect(server.log.join('\n')).not.toMatch(/53300|too many/);
    await server.stop();
  });

  test('a role or a database that is allowed fewer is one line', async () => {
    const role = await on.createRole();
    const database = await on.createDatabase(`owner ${role}`);
    await on.admin('postgres', `alter role ${role} connection limit 8`);
    const line = (allowed: number) =>
      `DATABASE_CONNECTIONS: a node takes 12, and the role ${role} is allowed ${allowed} in this database`;
    expect(await on.refusal(database, role)).toBe(line(8));
    await on.admin('postgres', `alter database ${database} connection limit 7`);
    expect(await on.refusal(database, role)).toBe(line(7));
    await on.use(database, role, { DATABASE_CONNECTIONS: '7' });
  });
});
