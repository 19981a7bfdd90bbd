/**
 * The address guard: a visitor who names hosts cannot tell a name of the inner network from one that nobody
 * has, nor one private address from another, and nothing is connected to.
 */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { randomFrom } from '../../support/random.mjs';
import { inParallel } from '../client.mjs';
import { createTally } from '../place.mjs';

const NAMES = new URL('names.mjs', import.meta.url).href;

/** Spellings of addresses that lead inside. */
const LITERALS = ['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '127.0.0.1.', '0']
  .concat([
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '10.1.2.3',
  ])
  .concat(['[fd00::1]', '[fe80::1]', '192.168.0.1', '172.31.255.1', '169.254.169.254', '0.0.0.0'])
  .concat(['[2002:7f00:1::]', '100.64.0.1', '\uff11\uff12\uff17.0.0.1', '198.18.0.1', '240.0.0.1']);

export async function guard({ place, quick, seed }) {
  let reached = 0;
  const inner = createServer((_, answer) => {
    reached++;
    answer.end('inside');
  });
  await new Promise((resolve) => inner.listen(0, '127.0.0.1', resolve));
  place.atEnd(() => new Promise((resolve) => inner.close(resolve)));
  const { port } = inner.address();
  const server = await place.start(configuration(place, port), {
    NODE_OPTIONS: `--import=${NAMES}`,
  });
  const random = randomFrom(seed);
  const tally = createTally();
  const forms = [
    (url) => `/imgix/${encodeURIComponent(url)}`,
    (url) => `/imageoptim/one/300/${url}`,
  ];

  /** All of an answer that a visitor sees, but for what differs from one request to the next. */
  const seen = async (form, host) => {
    const path = `a${random.below(1e9)}.jpg`;
    const { status, headers, body } = await server.ask(form(`http://${host}:${port}/${path}`));
    const { 'x-request-id': _, date: __, 'server-timing': ___, ...rest } = headers;
    return JSON.stringify([status, rest, body.toString()]).replaceAll(
      `${host}:${port}/${path}`,
      '',
    );
  };
  for (const [number, form] of forms.entries()) {
    const unknown = await seen(form, 'nobody.outer.example');
    const names = Array.from({ length: quick ? 60 : 600 }, (_, i) => i);
    await inParallel(names, 4, async (i) => {
      const host = i % 3 === 0 ? `m${i}.inner.example` : `n${i}.inner.example`;
      const answer = await seen(form, host);
      if (answer === unknown) tally.count('alike');
      else tally.fail(`form ${number}, name ${host}: ${answer} and not ${unknown}`);
    });
    const refused = await seen(form, LITERALS[0]);
    for (const literal of LITERALS) {
      const answer = await seen(form, encodeURI(literal));
      if (answer === refused) tally.count('alike');
      else if (/^\[4\d\d,/.test(answer)) tally.count('refused');
      else tally.fail(`form ${number}, ${literal}: ${answer} and not ${refused}`);
    }
  }
  if (reached > 0) tally.fail(`${reached} connections to the inner server`);
  return {
    tally,
    note: `${LITERALS.length} spellings of addresses, ${reached} connections inside`,
  };
}

function configuration(place, port) {
  const web = { kind: 'web', allow: [`*.example:${port}`] };
  return {
    cache: { folder: join(place.home, 'cache'), size: '50MB' },
    workers: 1,
    log: { access: false },
    sources: [
      {
        ...{ name: 'imgix', dialect: 'imgix', mount: '/imgix', origin: web },
        signing: { tokens: ['t'], required: false },
      },
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
