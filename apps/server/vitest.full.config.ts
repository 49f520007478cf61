import { binOfPostgres, canMount, hasPostgres, hasProgram } from '@duet/testing/programs';
import { common, TEMPLATE_SETUP } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig(async () => {
  const withPostgres = await hasPostgres();
  const withNats = hasProgram('nats-server', '--version');
  const withPooler = hasProgram('pgbouncer', '--version');
  const proxies = ['nginx', 'haproxy'].filter((name) => hasProgram(name, '-v'));
  const postgresBin = binOfPostgres();
  const project = (name: string, database: 'embedded' | 'postgres', include: string[]) => ({
    test: {
      ...common,
      name,
      include,
      exclude: [
        ...(withNats ? [] : ['test/events/nats.test.ts']),
        ...(proxies.length > 0 ? [] : ['test/postgres/proxies.test.ts']),
        ...(postgresBin === undefined ? ['test/{outages,setups}/**'] : []),
        ...(withPooler ? [] : ['test/setups/{poolers,matrix}.test.ts']),
        ...(postgresBin !== undefined && canMount() ? [] : ['test/outages/full-disk.test.ts']),
      ],
      globalSetup: [TEMPLATE_SETUP],
      env: {
        TEST_DATABASE: database,
        TEST_NATS: withNats ? 'yes' : 'no',
        TEST_POOLER: withPooler ? 'yes' : 'no',
        TEST_PROXIES: proxies.join(' '),
        TEST_POSTGRES_BIN: postgresBin ?? '',
      },
    },
  });
  return {
    test: {
      projects: [
        project('server processes', 'embedded', ['test/{process,start}/**/*.test.ts']),
        ...(withPostgres
          ? [
              // The same black-box suite as in `vitest.config.ts`, on the other database.
              project('server on PostgreSQL', 'postgres', ['test/api/**/*.test.ts']),
              project('PostgreSQL', 'embedded', ['test/{postgres,events,outages,setups}/**/*.test.ts']),
            ]
          : []),
      ],
    },
  };
});
