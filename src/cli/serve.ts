/**
 * The command `serve`: a configuration, or a folder of pictures in all three
 * dialects.
 */
import { type Dirent, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createServer, type Server } from '../server/compose.ts';
import { type Config, ConfigError, parseConfig } from '../server/config/config.ts';
import { folderProblem } from '../server/config/config-sources.ts';
import type { OptionName } from '../server/config/options.ts';
import { cacheFolder } from './cache-folder.ts';
import type { Surroundings } from './surroundings.ts';

/** Serves a configuration until the process is asked to stop. @throws ConfigError */
export async function serve(readConfig: () => Config, around: Surroundings): Promise<void> {
  const server = await createServer(readConfig(), { readConfig });
  await server.listen();
  await untilStopped(server, around);
}

/** Serves a folder as `/fastly`, `/imgix` and `/imageoptim`, and prints a URL of each. */
export async function serveFolder(
  folder: string,
  flags: Readonly<Partial<Record<OptionName, unknown>>>,
  around: Surroundings,
): Promise<void> {
  const readConfig = () => folderConfig(folder, flags, around);
  const config = readConfig();
  const server = await createServer(config, { readConfig });
  const { port } = await server.listen();
  const base = baseUrl(config.listen.host, port);
  const picture = findPicture(resolve(folder));
  around.out(`${resolve(folder)} is served at ${base}/\n\n`);
  for (const link of exampleUrls(picture ?? 'NAME.jpg')) around.out(`  ${base}${link}\n`);
  if (picture === undefined) around.out('\nNo picture was found there yet.\n');
  around.out('\nStop it with Ctrl+C.\n');
  await untilStopped(server, around);
}

export async function untilStopped(
  server: Server,
  { stopped, onReload }: Surroundings,
): Promise<void> {
  onReload?.(() => void server.reload());
  await stopped;
  await server.close();
}

/** `http://127.0.0.1:8080`; the address of IPv6 in brackets. */
export function baseUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The configuration for a folder without one. @throws ConfigError */
function folderConfig(
  folder: string,
  flags: Readonly<Partial<Record<OptionName, unknown>>>,
  { env }: Surroundings,
): Config {
  const path = resolve(folder);
  const problem = folderProblem(path);
  if (problem !== undefined) throw new ConfigError([problem]);
  const dialects = ['fastly', 'imgix', 'imageoptim'] as const;
  const sources = dialects.map((dialect) => ({
    name: dialect,
    dialect,
    mount: `/${dialect}`,
    origin: { kind: 'folder', path },
  }));
  return parseConfig(
    { sources, cache: { folder: cacheFolder() }, log: { level: 'warn' } },
    { folder: path, env, flags },
  );
}

/** A URL of each dialect for a picture, 600 pixels wide. */
function exampleUrls(path: string): string[] {
  const name = path.split('/').map(encodeURIComponent).join('/');
  return [
    `/fastly/${name}?width=600&format=auto`,
    `/imgix/${name}?w=600&auto=format,compress`,
    `/imageoptim/600/${name}`,
  ];
}

const PICTURE = /\.(?:jpe?g|png|webp|avif|gif)$/i;

/** Most folders that are looked into for an example. */
const LOOKED_INTO = 200;

/** The first picture below a folder, nearest first, as a path with slashes. */
function findPicture(folder: string): string | undefined {
  const waiting: string[][] = [[]];
  for (let looked = 0; looked < LOOKED_INTO; looked++) {
    const path = waiting.shift();
    if (path === undefined) return undefined;
    const entries = entriesOf(join(folder, ...path));
    const file = entries.find((entry) => entry.isFile() && PICTURE.test(entry.name));
    if (file !== undefined) return [...path, file.name].join('/');
    waiting.push(...entries.filter((e) => e.isDirectory()).map((e) => [...path, e.name]));
  }
  return undefined;
}

/** What a folder holds, by name; what begins with a dot is never served. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
