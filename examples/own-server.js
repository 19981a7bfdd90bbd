/**
 * Pictures below a path of a server of one's own: the rest of the site is its own business.
 *
 * node own-server.js ./pictures 8080
 */
import { createServer as createHttpServer } from 'node:http';
import { Readable } from 'node:stream';
import { createServer, parseConfig } from 'fovea';

const [folder = './pictures', port = '8080'] = process.argv.slice(2);
const config = parseConfig(
  {
    cache: { folder: './.fovea' },
    log: { level: 'warn' },
    sources: [
      { name: 'site', dialect: 'imgix', mount: '/img', origin: { kind: 'folder', path: folder } },
    ],
  },
  { folder: process.cwd() },
);
const pictures = await createServer(config);
const site = createHttpServer(async (incoming, outgoing) => {
  if (!incoming.url?.startsWith('/img/')) return outgoing.writeHead(404).end('Nothing here.\n');
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const request = new Request(new URL(incoming.url, 'http://localhost'), {
    headers,
    signal: gone.signal,
  });
  // The raw target, as it was signed
  const {
    status,
    headers: answer,
    body,
  } = await pictures.handle(request, { target: incoming.url });
  outgoing.writeHead(status, Object.fromEntries(answer));
  if (body === null) outgoing.end();
  else Readable.fromWeb(body).pipe(outgoing);
});
site.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${site.address().port}/img/`);
});
process.once('SIGTERM', async () => {
  site.close();
  await pictures.close();
});
