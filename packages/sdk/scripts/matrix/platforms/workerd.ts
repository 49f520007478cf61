import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { run } from '../run.ts';
import { binary, makeApp, type Platform } from './platform.ts';

export const workerd: Platform = {
  name: 'workerd',
  packages: ['workerd@1'],
  combinations: (place) => ({
    'workerd (Cloudflare)': async () => {
      const app = await makeApp(place, 'workerd');
      const bundle = await rolldown({
        input: join(app, 'worker.js'),
        resolve: { conditionNames: ['workerd', 'worker', 'browser', 'import'] },
      });
      await bundle.write({ file: join(app, 'bundle.js') });
      await bundle.close();
      await run(
        app,
        place.signal,
        binary(place, '@cloudflare/workerd-*/bin/workerd*'),
        'test',
        'config.capnp',
      );
    },
  }),
};
