/**
 * The whole process tree is killed while it writes, and started again on what is left of its cache: no body
 * is wrong, no litter stays, and the cache keeps to its size.
 */
import { join } from 'node:path';
import { randomFrom } from '../../support/random.mjs';
import { inParallel, pause } from '../client.mjs';
import { askJudged, createTally, HEADERS, urlOf } from '../place.mjs';
import { filesBelow, folderConfiguration, temporaryBelow } from '../server.mjs';

/** Room of the cache, in bytes. */
const SIZE = 12_000_000;

export async function killed({ place, quick, seed }) {
  const random = randomFrom(seed);
  const cache = join(place.home, 'cache');
  const configuration = folderConfiguration({ images: place.images, cache, size: `${SIZE}B` });
  const tally = createTally();
  const asked = new Set();
  const rounds = quick ? 4 : 30;
  let most = 0;
  const measure = () => {
    const room = filesBelow(cache).reduce((total, file) => total + file.room, 0);
    most = Math.max(most, room);
  };
  for (let round = 0; round < rounds; round++) {
    const server = await place.start(configuration);
    await inParallel([...asked].slice(-60), 3, (url) =>
      askJudged({ server, judge: place.judge, tally, url, mayRefuse: false }),
    );
    let isOver = false;
    let done = 0;
    const write = async () => {
      while (!isOver) {
        const url = urlOf(place.names, random.below(2000));
        asked.delete(url);
        asked.add(url);
        const answer = await server.ask(url, { headers: HEADERS }).catch(() => undefined);
        if (answer?.status === 200 && answer.isWhole) {
          const fault = await place.judge.wrongIn(url, answer);
          if (fault !== undefined) tally.fail(`${url}: ${fault}`);
          done++;
        }
      }
    };
    const writers = Array.from({ length: 4 }, write);
    const wanted = 5 + random.below(40);
    for (let turn = 0; turn < 1500 && done < wanted; turn++) await pause(10);
    measure();
    await pause(random.below(25));
    isOver = true;
    await server.kill();
    await Promise.all(writers);
    measure();
  }
  const server = await place.start(configuration);
  await pause(2000);
  const litter = temporaryBelow(cache);
  if (litter.length > 0) tally.fail(`${litter.length} temporary files are left after a start`);
  if (most > SIZE) tally.fail(`${most} bytes in a cache of ${SIZE}`);
  if (!(await server.stop())) tally.fail('the last server did not stop when told to');
  return {
    tally,
    note: `${rounds} kills, at most ${Math.round(most / 1e5) / 10} of ${SIZE / 1e6} MB`,
  };
}
