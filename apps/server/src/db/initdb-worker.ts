import { workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';

const client = await PGlite.create(z.string().parse(workerData));
await client.close();
