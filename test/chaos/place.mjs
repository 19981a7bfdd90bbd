/** A place for one part: folders, pictures, servers that are stopped with it, and what was found. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from './client.mjs';
import { createJudge } from './judge.mjs';
import { layPictures } from './pictures.mjs';
import { folderConfiguration, startServer } from './server.mjs';

/** What every request of the parts accepts. */
export const HEADERS = { accept: 'image/webp,*/*' };

/** Opens a place; `close` stops all servers that were started in it and takes its folder away. */
export function openPlace(name) {
  const home = mkdtempSync(join(tmpdir(), `fovea-chaos-${name}-`));
  const images = join(home, 'images');
  const names = layPictures(images);
  const servers = [];
  const endings = [];
  mkdirSync(join(home, 'undisturbed'));
  let undisturbed;
  const start = async (configuration, environment) => {
    const server = await startServer(home, configuration, environment);
    servers.push(server);
    return server;
  };
  const clean = async (url) => {
    const configuration = folderConfiguration({ images, cache: join(home, 'undisturbed') });
    undisturbed ??= start(configuration);
    const answer = await ask((await undisturbed).port, url, { headers: HEADERS });
    if (answer.status !== 200) throw new Error(`a clean render of ${url} gave ${answer.status}`);
    return answer.body;
  };
  return {
    home,
    images,
    names,
    start,
    judge: createJudge(clean),
    /** Something to be undone at the end, whatever happens; the last is undone first. */
    atEnd: (work) => endings.unshift(work),
    async close() {
      for (const server of servers) await server.stop();
      for (const work of endings) await work();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Counts the answers of a part by what they are, and keeps what is wrong. */
export function createTally() {
  const counts = {};
  const wrong = [];
  const count = (what) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  return {
    counts,
    wrong,
    count,
    fail: (what) => {
      count('wrong');
      if (wrong.length < 20) wrong.push(what);
    },
    get asked() {
      return Object.values(counts).reduce((a, b) => a + b, 0);
    },
  };
}

/**
 * A request whose answer is judged: a wrong body, a 500 and a connection that ends early are failures, a
 * clear refusal is counted.
 *
 * @param mayRefuse whether another status than 200 may be the answer
 */
export async function askJudged({ server, judge, tally, url, mayRefuse = true }) {
  let answer;
  try {
    answer = await server.ask(url, { headers: HEADERS });
  } catch (error) {
    tally.fail(`${url}: ${error.code ?? error.message}`);
    return undefined;
  }
  const fault = await judge.wrongIn(url, answer);
  if (fault !== undefined) tally.fail(`${url}: ${fault} (${answer.isHit ? 'hit' : 'made'})`);
  else if (answer.status === 200) tally.count(answer.isHit ? 'hits' : 'made');
  else if (!mayRefuse || !isClear(answer)) {
    tally.fail(`${url}: ${answer.status} ${answer.body.toString('utf8', 0, 100)}`);
  } else tally.count('refused');
  return answer;
}

/** Whether an error says what happened and how long that holds, and nothing of the machine. */
export function isClear({ status, headers, body }) {
  const text = body.toString('utf8');
  const says = status >= 400 && status !== 500 && body.length > 0 && body.length < 1000;
  const discreet = !/<html|127\.0\.0\.1|\/tmp\/|node_modules|\.js:\d/.test(text);
  const retries = status !== 503 || headers['retry-after'] !== undefined;
  return says && discreet && retries && headers['cache-control'] !== undefined;
}

/** A request by its number, each kind in turn; those of fixed quality repeat to the byte on most machines. */
export function urlOf(names, number) {
  const name = names[number % names.length];
  const width = 40 + (number % 157);
  return [
    `/fastly/${name}?width=${width}&format=jpeg&quality=60`,
    `/imgix/${name}?w=${width}&fm=png`,
    `/imgix/${name}?w=${width}&fm=json`,
    `/imageoptim/${width}/${name}`,
    `/imgix/${name}`,
    `/imgix/${name}?w=${width}&auto=compress,format`,
  ][(number >> 1) % 6];
}
