import type { Server } from '../servers/server.ts';
import { duetSeeder } from './duet.ts';
import { expressSeeder } from './express.ts';
import type { Seeder } from './seeder.ts';

export function seederOf({ database, schema }: Server): Seeder {
  if (!database) throw new Error('an embedded database cannot be filled from outside');
  const { sql } = database;
  const settle = async () => {
    await sql`vacuum analyze`;
    await sql`checkpoint`;
  };
  switch (schema) {
    case 'duet':
      return { ...duetSeeder(sql), settle };
    case 'express':
      return { ...expressSeeder(sql), settle };
    case 'relay': // takes anybody anywhere
      return {
        users: async () => {},
        conversations: async () => {},
        histories: () => Promise.reject(new Error('a relay shows no history')),
        positions: async () => [],
        settle,
      };
  }
}
