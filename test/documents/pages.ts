/**
 * What each command line of the documents does when a reader types it: one row a line, in the words of the page.
 *
 * A line without a row fails the test, and so does a row whose line no page has any more.
 */
import { createHmac } from 'node:crypto';
import sharp from 'sharp';
import { createClient } from '../../src/client/client.ts';
import { signer } from '../support/certificates.mjs';
import { committed } from '../support/pictures.ts';

/** A line that ends by itself. */
export interface Does {
  /** What it ends with; 0 when not given. */
  readonly status?: number;
  /** What it prints, on either stream. */
  readonly prints: RegExp;
  /** Files that are there afterwards. */
  readonly makes?: readonly string[];
  /** The line of the server that it speaks to. */
  readonly to?: string;
}

/** A line that starts a server, with a target that is then answered by a picture. */
export interface Serves {
  readonly serves: string;
  /** Headers of the request; the host that the page names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The script of npm behind the line: its program is started without the build, which a test has behind it. */
  readonly script?: 'start';
  readonly admin?: true;
}

/** A line that is not typed here, and why. */
export interface NotHere {
  readonly why: 'needs the network' | 'runs the tests' | 'run by another test';
  /** The test that runs it, where one does. */
  readonly test?: string;
}

export type Row = Does | Serves | NotHere;

export interface Page {
  /** Files of the reader beside those that the page itself shows. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The name under which the first configuration of the page is kept where it names none. */
  readonly configuration?: string;
  /** Lines that are typed before those of the page, as the reader has a server by then. */
  readonly before?: Readonly<Record<string, Serves>>;
  readonly lines: Readonly<Record<string, Row>>;
}

const LEAVES = committed('leaves.jpg');

/** 120 x 80, and far from as small as it could be. */
const PHOTO = await sharp(LEAVES).resize(120).jpeg({ quality: 97 }).toBuffer();

const NETWORK: NotHere = { why: 'needs the network' };
const SHOP_KEY = 'another key of sixteen characters';

/** The HAR file of a page that shows these pictures. */
const har = (...urls: readonly string[]) =>
  JSON.stringify({
    log: {
      version: '1.2',
      creator: { name: 'a browser', version: '1' },
      entries: urls.map((url) => ({
        request: { method: 'GET', url, headers: [{ name: 'Accept', value: 'image/webp,*/*' }] },
        response: {
          status: 200,
          headers: [],
          content: { size: LEAVES.length, mimeType: 'image/jpeg' },
        },
      })),
    },
  });

/** A line of an access log in the combined format. */
const logged = (target: string) =>
  `192.0.2.7 - - [10/Oct/2026:13:55:36 +0000] "GET ${target} HTTP/1.1" 200 2326 "-" "a browser"\n`;

const PURGER = 'fovea serve --config fovea.yaml';
const { certificate, privateKey } = signer({ from: -1000, to: 36_000 });

export const PAGES: Readonly<Record<string, Page>> = {
  'README.md': {
    files: {
      'pictures/photo.jpg': PHOTO,
      'images/a.jpg': LEAVES,
      'page.har': har('https://images.example.com/a.jpg?width=60'),
      'access.log': logged('/photo.jpg?w=60'),
      'chain.pem': certificate,
      'key.pem': privateKey,
    },
    lines: {
      'npm ci': NETWORK,
      'npm start': { serves: '/imgix/forest.jpg?w=60', script: 'start' },
      "curl -sI -H 'Accept: image/avif' '127.0.0.1:8080/imgix/forest.jpg?auto=compress,format&w=800' | grep -i '^fovea:'":
        { prints: /^fovea: /, to: 'npm start' },
      'npm run build': { why: 'runs the tests' },
      'node dist/cli/main.js serve ./pictures': { serves: '/fastly/photo.jpg?width=60' },
      'node dist/cli/main.js check --config fovea.yaml': {
        prints: /^ {2}any \(imageoptim\) at \/imageoptim$/m,
      },
      'node dist/cli/main.js serve --config fovea.yaml': {
        serves: '/a.jpg?width=60',
        headers: { host: 'images.example.com' },
      },
      // A source of the README wants a signature, and the URL has none: it would be no picture
      "node dist/cli/main.js explain '/press/a.jpg?w=300&fit=crop' --config fovea.yaml": {
        status: 1,
        prints: /^signature .*\n[\s\S]*^plan\n(?: {2}.*\n)*? {2}resize .*width 300/m,
      },
      'node dist/cli/main.js optimize ./pictures': {
        prints: /photo/,
        makes: ['fovea-optimized/fovea-manifest.json'],
      },
      'node dist/cli/main.js optimize ./pictures --format avif,webp --width 400,800,1600 --target high':
        { prints: /photo/ },
      'node dist/cli/main.js optimize ./pictures --check --threshold 20': {
        status: 1,
        prints: /%/,
      },
      'node dist/cli/main.js compare pictures/photo.jpg fovea-optimized/photo.avif --heat-map map.png':
        {
          prints: /score/,
          makes: ['map.png'],
        },
      'node dist/cli/main.js replay page.har --config fovea.yaml --html report.html --json report.json':
        { prints: /1 requests? replayed/, makes: ['report.html', 'report.json'] },
      'node dist/cli/main.js replay access.log --to http://127.0.0.1:8080 --mount /imgix': {
        prints: /1 requests? replayed/,
        to: 'node dist/cli/main.js serve ./pictures',
      },
      'export FOVEA_C2PA_CERTIFICATE=chain.pem FOVEA_C2PA_PRIVATE_KEY=key.pem': { prints: /^$/ },
      'npm run conformance': {
        why: 'run by another test',
        test: 'test/conformance/conformance.test.ts',
      },
      'npm test': { why: 'runs the tests' },
    },
  },
  'docs/first-picture.md': {
    files: { 'pictures/a.jpg': LEAVES },
    lines: {
      'npm ci': NETWORK,
      'npm start': { serves: '/imageoptim/60/forest.jpg', script: 'start' },
      'fovea serve ./pictures': { serves: '/imgix/a.jpg?w=60' },
      "curl -sI -H 'Accept: image/avif,image/webp,*/*' 'http://127.0.0.1:8080/imgix/a.jpg?w=400&auto=format,compress'":
        {
          prints: /^content-type: image\/avif\r\n[\s\S]*^fovea: .*score=/m,
          to: 'fovea serve ./pictures',
        },
      'fovea check --config fovea.yaml': {
        prints: /^ {2}site \(imgix\) at images\.example\.com$/m,
      },
      "fovea explain 'https://images.example.com/a.jpg?w=300&auto=format' --config fovea.yaml": {
        prints: /^plan\n(?: {2}.*\n)*? {2}resize .*width 300/m,
      },
      'fovea serve --config fovea.yaml': {
        serves: '/a.jpg?w=60',
        headers: { host: 'images.example.com' },
      },
    },
  },
  'docs/command-line.md': {
    files: { 'pictures/leaves.jpg': PHOTO },
    lines: {
      'fovea optimize .': { prints: /leaves/, makes: ['fovea-optimized/fovea-manifest.json'] },
      'fovea optimize pictures --format avif,webp --width 40,80': {
        prints: /leaves/,
        makes: ['fovea-optimized/leaves-80.avif', 'fovea-optimized/leaves-40.webp'],
      },
      'fovea optimize pictures --target high --out small --json': {
        prints: /^\{/,
        makes: ['small/leaves.avif'],
      },
      'fovea optimize pictures --effort fast --format webp --out quick': {
        prints: /leaves/,
        makes: ['quick/leaves.webp'],
      },
      'fovea optimize pictures --check --threshold 80': { prints: /%/ },
      'fovea compare pictures/leaves.jpg small/leaves.avif --heat-map map.png': {
        prints: /score/,
        makes: ['map.png'],
      },
      'fovea init --dialect imgix --origin ./pictures': {
        prints: /fovea\.yaml/,
        makes: ['fovea.yaml'],
      },
      'fovea doctor --config fovea.yaml': { prints: /Node/ },
    },
  },
  'docs/moving-from-fastly.md': {
    files: { 'access.log': logged('/a.jpg?width=60&format=auto') },
    configuration: 'fovea.yaml',
    lines: {
      'fovea replay access.log --config fovea.yaml --site images.example.com --html report.html': {
        prints: /1 requests? replayed/,
        makes: ['report.html'],
      },
    },
  },
  'docs/moving-from-imageoptim.md': {
    files: { 'urls.txt': 'https://im.example.com/mysite/60/https://origin.example.com/a.jpg\n' },
    configuration: 'fovea.yaml',
    lines: {
      'fovea replay urls.txt --config fovea.yaml --html report.html': {
        prints: /1 requests? replayed/,
        makes: ['report.html'],
      },
    },
  },
  'docs/moving-from-imgix.md': {
    files: {
      'page.har': har(
        createClient({
          dialect: 'imgix',
          base: 'https://press.example.com',
          key: 'FOO123bar',
        }).url('a.jpg', { w: 60 }),
      ),
    },
    env: { IMGIX_TOKEN: 'FOO123bar' },
    configuration: 'fovea.yaml',
    lines: {
      'fovea replay page.har --config fovea.yaml --html report.html': {
        prints: /1 requests? replayed/,
        makes: ['report.html'],
      },
    },
  },
  'docs/operating.md': {
    lines: {
      'npm install @opentelemetry/api@1.9 @opentelemetry/sdk-trace-base@2 @opentelemetry/resources@2 @opentelemetry/exporter-trace-otlp-http@0.223':
        NETWORK,
    },
  },
  'docs/purge.md': {
    files: {
      token: 'a-token-of-sixteen-characters',
      'images/a.jpg': LEAVES,
      'urls.txt': '/shop/a.jpg?w=60\n',
      'sitemap-images.xml':
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"' +
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://example.com/</loc>' +
        '<image:image><image:loc>https://img.example/shop/a.jpg?w=50</image:loc></image:image></url></urlset>',
      'fovea.yaml':
        'admin: { tokenFile: ./token }\n' +
        'sources: [{ name: shop, dialect: imgix, mount: /shop, origin: { kind: folder, path: ./images } }]\n',
    },
    before: { [PURGER]: { serves: '/shop/a.jpg?w=60', admin: true } },
    lines: {
      'FOVEA_ADMIN_TOKEN="$(cat token)" fovea purge --admin http://127.0.0.1:8081 --url /shop/a.jpg':
        { prints: /^\{"sources":1,"renditions":1,"durable":true\}\n$/, to: PURGER },
      'fovea purge --admin http://127.0.0.1:8081 --token-file token --prefix /photos/ --name shop --soft':
        { prints: /^\{"sources":0,"renditions":0,"durable":true\}\n$/, to: PURGER },
      'fovea warm sitemap-images.xml --base http://127.0.0.1:8080 --rate 5/s --jobs 2': {
        prints: /1/,
        to: PURGER,
      },
      "cat urls.txt | fovea warm --base http://127.0.0.1:8080 --accept 'image/avif,image/webp,*/*' --accept '*/*' --json":
        { prints: /^\{[\s\S]*2/, to: PURGER },
    },
  },
  'docs/signing.md': {
    env: { SHOP_KEY, TARGET: '/a.jpg?width=300' },
    lines: {
      'printf %s "$TARGET" | openssl dgst -sha256 -hmac "$SHOP_KEY" -binary | basenc --base64url | tr -d =':
        {
          prints: new RegExp(
            `^${createHmac('sha256', SHOP_KEY).update('/a.jpg?width=300').digest('base64url')}\n$`,
          ),
        },
    },
  },
};
