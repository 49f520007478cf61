import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canMount } from '@duet/testing/programs';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { JWT_SECRET, runServer, startServer } from '@duet/testing/server';
import { expect, onTestFinished, test } from 'vitest';
import { createVolume } from '../harness/volume.ts';

const withMounts = canMount();

function folder(): string {
  const path = scratchFolder();
  onTestFinished(() => removeFolder(path));
  return path;
}

/** The one line with which a start gives up; lines of the log may be before it. */
async function refusal(env: Record<string, string>): Promise<string> {
  const server = runServer({ env: { JWT_SECRET, ...env } });
  onTestFinished(() => void server.end('SIGKILL'));
  expect(await server.exit).toBe(1);
  const lines = server.output.split('\n').filter((line) => !line.startsWith('{'));
  expect(lines.slice(1)).toEqual(['']);
  return lines[0] ?? '';
}

async function expectToStart(env: Record<string, string>): Promise<void> {
  const server = await startServer({ env: { JWT_SECRET, ...env } });
  expect(await server.end()).toBe(0);
}

test('two starts at once on a new folder: one runs, the other says why not', async () => {
  const dataDir = folder();
  const both = [1, 2].map(() => runServer({ env: { DATA_DIR: dataDir, JWT_SECRET } }));
  for (const server of both) onTestFinished(() => void server.end('SIGKILL'));
  await Promise.allSettled(both.map(({ url }) => url));
  const [refused, ...others] = both.filter(({ output }) => !output.includes('Duet is running'));
  expect(others).toEqual([]);
  expect(refused?.output).toBe(`duet: DATA_DIR: ${dataDir} is in use by another Duet process\n`);
});

test('a taken port, on a new folder', async () => {
  const taken = await startServer({ env: { DATA_DIR: folder(), JWT_SECRET } });
  onTestFinished(async () => void (await taken.end()));
  const dataDir = folder();
  const { port } = new URL(taken.url);
  expect(await refusal({ DATA_DIR: dataDir, PORT: port })).toBe(`duet: PORT: ${port} is already in use`);
  await expectToStart({ DATA_DIR: dataDir });
});

test('a folder that cannot be made', async () => {
  const dataDir = '/proc/nope/data';
  expect(await refusal({ DATA_DIR: dataDir })).toMatch(/^duet: DATA_DIR: \/proc\/nope\/data is not a folder/);
});

test('a folder in which something else has the place of the database', async () => {
  const dataDir = folder();
  mkdirSync(join(dataDir, 'postgres'));
  writeFileSync(join(dataDir, 'postgres', 'notes'), 'mine');
  expect(await refusal({ DATA_DIR: dataDir })).toBe('duet: DATA_DIR: directory not empty');
  expect(readdirSync(join(dataDir, 'postgres'))).toEqual(['notes']);
});

test('a folder that only looks like the database', async () => {
  const dataDir = folder();
  mkdirSync(join(dataDir, 'postgres'));
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '18\n');
  expect(await refusal({ DATA_DIR: dataDir })).toBe(
    `duet: DATA_DIR: ${join(dataDir, 'postgres')} is no database that can be opened`,
  );
});

test.runIf(withMounts)('a disk that may not be written', async () => {
  const volume = createVolume(1);
  onTestFinished(() => volume.drop());
  spawnSync('mount', ['-o', 'remount,ro', volume.folder]);
  expect(await refusal({ DATA_DIR: volume.folder })).toBe(
    `duet: DATA_DIR: ${volume.folder} cannot be written`,
  );
});

test.runIf(withMounts)('a disk without room for the database, and then with it', async () => {
  const volume = createVolume(64);
  onTestFinished(() => volume.drop());
  const dataDir = join(volume.folder, 'data');
  mkdirSync(dataDir);
  volume.fill();
  expect(await refusal({ DATA_DIR: dataDir })).toBe(`duet: DATA_DIR: ${dataDir} cannot be written`);
  volume.free();
  writeFileSync(join(volume.folder, 'half'), Buffer.alloc(44 * 2 ** 20));
  expect(await refusal({ DATA_DIR: dataDir })).toBe('duet: DATA_DIR: no space left on device');
  expect(existsSync(join(dataDir, 'postgres.new'))).toBe(false);
  spawnSync('rm', [join(volume.folder, 'half')]);
  await expectToStart({ DATA_DIR: dataDir });
});
