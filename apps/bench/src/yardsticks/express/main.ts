import { createServer } from 'node:http';
import { Pool } from 'pg';
import { z } from 'zod';
import { attachLive } from './live.ts';
import { createRest } from './rest.ts';
import { createSchema } from './schema.ts';

// A yardstick: what a good team writes in a day. Express, pg with a pool of ten, Socket.IO; tokens are checked, SQL is sensible, there is an
// index for every query and one INSERT for every message.

const env = z
  .object({ PORT: z.coerce.number(), DATABASE_URL: z.url(), JWT_SECRET: z.string() })
  .parse(process.env);
const pool = new Pool({ connectionString: env.DATABASE_URL, max: 10 });
await createSchema(pool);
const http = createServer(createRest(pool, env.JWT_SECRET));
attachLive(http, pool, env.JWT_SECRET);
http.listen(env.PORT, '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
