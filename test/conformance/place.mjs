/** A place where rows are asked: pictures, an origin and the server under test, on loopback. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filler, requestOf, send } from './client.mjs';
import { judge } from './judge.mjs';
import { startOrigin } from './origin.mjs';
import { startServer } from './server.mjs';
import { card, createSources } from './sources.mjs';
import { stepsOf } from './tables.mjs';

/** Pictures of many kinds that stand beside the repository, where they do. */
const CORPUS = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

/**
 * Opens a place. It is closed with `close`, which stops all servers and takes the folder away.
 *
 * @param through starts what stands in front of the server on a port, and gives where it listens
 */
export async function openPlace({ corpus = CORPUS, through } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'fovea-conformance-'));
  const pictures = join(home, 'images');
  mkdirSync(pictures);
  // Beside the folder, so never to be served
  await card(64, 48).png().toFile(join(home, 'outside-64x48.png'));
  const sources = createSources(pictures, existsSync(corpus) ? corpus : undefined);
  const origin = await startOrigin(sources);
  let front;
  const start = async () => {
    await front?.stop();
    const started = await startServer({ home, originPort: origin.port, pictures });
    front = await through?.(started.port);
    return started;
  };
  let server = await start().catch((error) => {
    origin.stop();
    rmSync(home, { recursive: true, force: true });
    throw error;
  });

  async function run(row) {
    const missing = sources.missingFor(row);
    if (missing.length > 0) return { row, missing, complaints: [] };
    const { port } = front ?? server;
    const request = { port, originPort: origin.port, sources };
    const complaints = await ask(row, request, origin).catch((error) => [error.message]);
    if (!server.running()) {
      complaints.push(`the server ended: ${server.output().slice(-400)}`);
      server = await start();
    }
    return { row, missing, complaints };
  }

  return {
    run,
    async close() {
      await front?.stop();
      await server.stop();
      origin.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** All requests of a row in order; the complaints of the first that has any. */
async function ask(row, place, origin) {
  for (const [to, from] of Object.entries(row.copies ?? {})) await place.sources.copy(from, to);
  for (const name of [row.source ?? [], row.sources ?? []].flat()) await place.sources.path(name);
  let first;
  for (const [i, step] of [row, ...stepsOf(row).map((it) => inherit(row, it))].entries()) {
    const before = origin.asked.length;
    const request = await requestOf(step, { ...place, first });
    const answer = await send(request);
    const complaints = await judge({
      answer,
      first,
      method: request.method,
      expect: step.expect,
      asked: origin.asked.slice(before),
      fill: filler({ ...place, first }),
      source: () => readFileSync(join(place.sources.folder, step.source)),
      async other(keys) {
        const { dialect, mount, source } = row;
        return send(await requestOf({ dialect, mount, source, ...keys }, { ...place, first }));
      },
    });
    if (complaints.length > 0) {
      const where = `${i > 0 ? `then ${i}, ` : ''}${request.method} ${request.target.slice(0, 200)}`;
      return complaints.map((complaint) => `${complaint} (${where})`);
    }
    first ??= answer;
  }
  return [];
}

/** A further request has the keys of its row; a target of the row gives way to a source or query of its own. */
function inherit(row, step) {
  const own = step.source !== undefined || step.query !== undefined;
  return { ...row, ...(own ? { target: undefined } : {}), ...step };
}
