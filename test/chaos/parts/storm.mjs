/**
 * Workers that are killed and origins that misbehave, under a mixed load: hits are right and there all the
 * time, misses end in the picture or a clear error, and afterwards all is as before.
 */
import { join } from 'node:path';
import { randomFrom } from '../../support/random.mjs';
import { hashOf, pause, reasonOf } from '../client.mjs';
import { FAULTY, MAY_ANSWER, startOrigin } from '../origin.mjs';
import { createTally, HEADERS, isClear } from '../place.mjs';

const DIALECTS = ['fastly', 'imgix', 'imageoptim'];

export async function storm({ place, quick, seed }) {
  const seconds = quick ? 25 : 240;
  const random = randomFrom(seed);
  const origin = await startOrigin(place.images);
  place.atEnd(origin.stop);
  const server = await place.start(configuration(place, origin.host));
  const urlOf = (dialect, manner, serial, name, width) =>
    ({
      fastly: `/fastly/${manner}/${serial}/${name}?width=${width}&format=jpeg&quality=60`,
      imgix: `/imgix/${manner}/${serial}/${name}?w=${width}&fm=webp&q=60`,
      imageoptim: `/imageoptim/one/${width}/http://${origin.host}/${manner}/${serial}/${name}`,
    })[dialect];

  const hits = new Map();
  for (const [i, name] of place.names.entries()) {
    const url = urlOf(DIALECTS[i % 3], 'good', 'hit', name, 120);
    const answer = await server.ask(url, { headers: HEADERS });
    hits.set(url, hashOf(answer.body));
  }
  const tally = createTally();
  const end = Date.now() + 1000 * seconds;
  let serial = 0;
  let kills = 0;
  let waited = 0;

  async function askHit(url) {
    try {
      const answer = await server.ask(url, { headers: HEADERS, patience: 20_000 });
      waited = Math.max(waited, answer.milliseconds);
      const isRight = answer.status === 200 && hashOf(answer.body) === hits.get(url);
      if (isRight && answer.isHit) tally.count('hits');
      else tally.fail(`hit ${url}: ${answer.status}${isRight ? ', made again' : ''}`);
    } catch (error) {
      tally.fail(`hit ${url}: ${reasonOf(error)}`);
    }
  }

  async function askMiss(manner) {
    const number = serial++;
    const dialect = DIALECTS[number % 3];
    const url = urlOf(dialect, manner, number, random.pick(place.names), 30 + random.below(400));
    try {
      const answer = await server.ask(url, { headers: HEADERS });
      if (answer.status !== 200) {
        if (isClear(answer) || mayFail(manner, answer)) tally.count('refused');
        else
          tally.fail(`${manner} ${url}: ${answer.status} ${answer.body.toString('utf8', 0, 80)}`);
      } else if (!MAY_ANSWER.has(manner)) tally.fail(`${manner} ${url}: a picture`);
      else if (!answer.isWhole) tally.fail(`${manner} ${url}: the body is cut off`);
      else tally.count('made');
    } catch (error) {
      tally.fail(`${manner} ${url}: ${reasonOf(error)}`);
    }
  }

  const during = async (wait, work) => {
    while (Date.now() < end) {
      await work();
      await pause(wait);
    }
  };
  const urls = [...hits.keys()];
  await Promise.all([
    during(2500, () => {
      const workers = server.workers();
      if (workers.length === 0) return;
      kills++;
      try {
        process.kill(random.pick(workers), random.chance(0.2) ? 'SIGSEGV' : 'SIGKILL');
      } catch {
        // It has ended by itself
      }
    }),
    during(15, () => askHit(random.pick(urls))),
    during(15, () => askHit(random.pick(urls))),
    during(0, () => askMiss('good')),
    during(0, () => askMiss('good')),
    during(30, () => askMiss(random.pick(FAULTY))),
    during(30, () => askMiss(random.pick(FAULTY))),
  ]);
  await pause(3000);
  for (const url of urls) await askHit(url);
  if (server.workers().length === 0) tally.fail('no worker is left');
  if (!server.isRunning()) tally.fail('the server ended');
  return { tally, note: `${kills} workers killed, slowest hit ${Math.round(waited)} ms` };
}

/**
 * Whether a 500 may be the answer: it is the one of the origin, which Fastly hands on, or both workers that
 * a picture was given to were killed.
 */
function mayFail(manner, { status, body }) {
  if (status !== 500) return false;
  return manner === 'good' || body.includes('The server of the source answered 500');
}

function configuration(place, host) {
  const http = { kind: 'http', base: `http://${host}/`, allow: [host] };
  const web = { kind: 'web', allow: [host] };
  return {
    cache: { folder: join(place.home, 'cache'), size: '200MB' },
    refine: false,
    workers: 2,
    limits: { sourceTimeout: '4s', queueWait: '2m' },
    log: { access: false },
    sources: [
      { name: 'fastly', dialect: 'fastly', mount: '/fastly', origin: http },
      { name: 'imgix', dialect: 'imgix', mount: '/imgix', origin: http },
      {
        name: 'imageoptim',
        dialect: 'imageoptim',
        mount: '/imageoptim',
        accounts: ['one'],
        origin: web,
      },
    ],
  };
}
