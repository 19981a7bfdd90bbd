/** Damaged pictures through the running server: pictures or clear errors, and nobody dies. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { randomFrom } from '../../support/random.mjs';
import { inParallel, reasonOf } from '../client.mjs';
import { mutate } from '../mutate.mjs';
import { originals } from '../pictures.mjs';
import { createTally, isClear } from '../place.mjs';
import { folderConfiguration } from '../server.mjs';

const ACCEPTS = ['image/avif,image/webp,*/*', 'image/webp,*/*', '*/*'];

const FASTLY = [
  'width=64',
  'width=48&height=48&fit=crop',
  'width=64&format=auto',
  'width=50&trim=2',
].concat(['height=40&format=webp', 'width=32&crop=1:1,smart', 'width=64&format=png', 'frame=1']);
const IMGIX = ['w=64', 'w=48&h=48&fit=crop&auto=format', 'w=64&auto=compress,format', 'fm=json']
  .concat([
    'palette=json',
    'fm=blurhash&w=32',
    'w=60&blur=20&sat=-50',
    'w=60&fm=avif',
    'w=64&fm=gif',
  ])
  .concat(['w=48&h=48&fit=crop&crop=faces,edges', 'w=64&rot=30&bg=fff', 'w=50&trim=auto', '']);
const IMAGEOPTIM = [
  '64',
  '48x48,crop',
  '64x64,fit,pad,bgcolor=fff',
  '64,format=webp',
  '64,trim',
].concat(['64,timeout=5', 'meta', '2x,32', '40x40,crop=faces', '64,format=png', '64,format=avif']);

export async function mutatedPictures({ place, quick, seed }) {
  const server = await place.start(
    folderConfiguration({ images: place.images, cache: join(place.home, 'cache') }),
  );
  const files = originals();
  const tally = createTally();
  const near = [];
  let deaths = 0;
  const numbers = Array.from({ length: quick ? 250 : 3000 }, (_, i) => i);
  await inParallel(numbers, 3, async (number) => {
    const random = randomFrom(seed * 1_000_003 + number);
    const file = files[number % files.length];
    const { kind, bytes } = mutate(readFileSync(file), random, readFileSync(random.pick(files)));
    const name = `${number}${extname(file)}`;
    const target = random.pick([
      `/fastly/${name}?${random.pick(FASTLY)}`,
      `/imgix/${name}?${random.pick(IMGIX)}`,
      `/imageoptim/${random.pick(IMAGEOPTIM)}/${name}`,
    ]);
    const what = `${extname(file).slice(1)}, ${kind}, ${target.replace(name, '…')}`;
    const path = join(place.images, name);
    writeFileSync(path, bytes);
    try {
      const answer = await server.ask(target, { headers: { accept: random.pick(ACCEPTS) } });
      const fault = faultIn(answer, bytes);
      if (fault !== undefined) tally.fail(`${what}: ${fault}`);
      else tally.count(answer.status === 200 ? 'answered' : 'refused');
    } catch (error) {
      tally.fail(`${what}: ${reasonOf(error)}`);
    } finally {
      rmSync(path, { force: true });
    }
    const now = (server.events['worker-crashed'] ?? 0) + (server.events['worker-killed'] ?? 0);
    if (now > deaths) near.push(`a worker ended near ${what}`);
    deaths = now;
  });
  if (!server.isRunning()) tally.fail('the server ended');
  const crashed = server.events['worker-crashed'] ?? 0;
  const killed = server.events['worker-killed'] ?? 0;
  for (const text of near) console.log(text);
  return {
    tally,
    note: `${files.length} originals, ${crashed} workers crashed, ${killed} at a limit`,
  };
}

/** What is wrong with an answer to a damaged picture; undefined for nothing. */
function faultIn(answer, source) {
  const { status, headers, body, isWhole } = answer;
  if (!isWhole) return 'the body is cut off';
  if (status !== 200)
    return isClear(answer) ? undefined : `${status} ${body.toString('utf8', 0, 100)}`;
  const type = headers['content-type'] ?? '';
  if (body.equals(source)) return undefined;
  if (/json/.test(type)) return isJson(body) ? undefined : 'JSON that cannot be read';
  if (/^text\/plain/.test(type)) return body.length < 1000 ? undefined : 'a long text';
  const seen = typeOf(body);
  return type.startsWith(seen) ? undefined : `${type}, but the bytes are ${seen}`;
}

function isJson(body) {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}

/** The media type that the first bytes say. */
function typeOf(body) {
  const head = body.toString('latin1', 0, 64);
  if (head.startsWith('\xff\xd8')) return 'image/jpeg';
  if (head.startsWith('\x89PNG')) return 'image/png';
  if (head.startsWith('GIF8')) return 'image/gif';
  if (head.startsWith('RIFF')) return 'image/webp';
  if (/^....ftyp/s.test(head)) return /avi[fs]/.test(head) ? 'image/avif' : 'image/heic';
  return /<svg/.test(body.toString('latin1', 0, 2000)) ? 'image/svg+xml' : 'something else';
}
