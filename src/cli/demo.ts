/**
 * The demo: the pictures of `demo/` in all three dialects, with a landing page.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from '../server/compose.ts';
import { loadConfig } from '../server/config/config.ts';
import type { OptionName } from '../server/config/options.ts';
import { DEMO_LINKS, landingPages, samplePictures } from '../server/landing/landing.ts';
import { cacheFolder } from './cache-folder.ts';
import { baseUrl, untilStopped } from './serve.ts';
import type { Surroundings } from './surroundings.ts';

const DEMO = fileURLToPath(new URL('../../demo/', import.meta.url));

/** Serves the demo until the process is asked to stop; prints where to look. */
export async function serveDemo(
  flags: Readonly<Partial<Record<OptionName, unknown>>>,
  around: Surroundings,
): Promise<void> {
  const { env, out } = around;
  const config = loadConfig(join(DEMO, 'fovea.yaml'), {
    env,
    flags: {
      'cache.folder': env.FOVEA_CACHE_FOLDER ?? cacheFolder(),
      'log.level': 'warn',
      playground: 'true',
      'savings.page': 'true',
      ...flags,
    },
  });
  const server = await createServer(config, {
    pages: landingPages(join(DEMO, 'pictures')),
    samples: samplePictures(join(DEMO, 'pictures')),
  });
  const { port } = await server.listen();
  const base = baseUrl(config.listen.host, port);
  out(`Fovea is at ${base}/\n\n`);
  for (const link of DEMO_LINKS) out(`  ${base}${link}\n`);
  out(`\nTry out pictures of your own at ${base}/_fovea/\n`);
  out('\nStop it with Ctrl+C.\n');
  await untilStopped(server, around);
}
