import type { DuetRouter } from '@duet/sdk/trpc';
import type { inferRouterError, inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { expectTypeOf, test } from 'vitest';
import type { AppRouter } from '../../src/rest/router.ts';

/** Whether each procedure is a query or a mutation. */
type Kinds<R extends { _def: { record: object } }> = {
  [G in keyof R['_def']['record']]: {
    [V in keyof R['_def']['record'][G]]: R['_def']['record'][G][V] extends { _def: { type: infer T } }
      ? T
      : never;
  };
};

// Checked by the compiler.
test('the router that the SDK tells of is the one that the server has', () => {
  expectTypeOf<inferRouterInputs<DuetRouter>>().toEqualTypeOf<inferRouterInputs<AppRouter>>();
  expectTypeOf<inferRouterOutputs<DuetRouter>>().toEqualTypeOf<inferRouterOutputs<AppRouter>>();
  expectTypeOf<inferRouterError<DuetRouter>>().toEqualTypeOf<inferRouterError<AppRouter>>();
  expectTypeOf<Kinds<DuetRouter>>().toEqualTypeOf<Kinds<AppRouter>>();
});
