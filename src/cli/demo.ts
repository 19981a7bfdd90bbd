/**
 * The demo: the pictures of `demo/` in all three dialects, with a landing page.
 */
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type Server } from '../server/compose.ts';
import { loadConfig } from '../server/config.ts';
import { DEMO_LINKS, landingPages } from '../server/landing.ts';
import type { OptionName } from '../server/options.ts';
import type { Surroundings } from './surroundings.ts';

const DEMO = fileURLToPath(new URL('../../demo/', import.meta.url));

/** Serves the demo until `wait` resolves; prints where to look. */
export async function serveDemo(
  flags: Readonly<Partial<Record<OptionName, unknown>>>,
  { env, out }: Surroundings,
  wait: (server: Server) => Promise<void>,
): Promise<void> {
  const config = loadConfig(join(DEMO, 'fovea.yaml'), {
    env,
    flags: {
      'cache.folder': env.FOVEA_CACHE_FOLDER ?? cacheFolder(),
      'log.level': 'warn',
      ...flags,
    },
  });
  const server = await createServer(config, { pages: landingPages(join(DEMO, 'pictures')) });
  const { port } = await server.listen();
  const { host } = config.listen;
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  out(`Fovea is at ${base}/\n\n`);
  for (const link of DEMO_LINKS) out(`  ${base}${link}\n`);
  out('\nStop it with Ctrl+C.\n');
  await wait(server);
}

/** `./.fovea`, or a folder for temporary files where the current one is not ours to write. */
function cacheFolder(): string {
  try {
    accessSync('.', constants.W_OK);
    return resolve('.fovea');
  } catch {
    return join(tmpdir(), 'fovea-demo');
  }
}
