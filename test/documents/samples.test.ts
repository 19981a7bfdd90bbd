/** Every program that a document shows is checked by types, and runs. */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { committed } from '../support/pictures.ts';
import { blocksIn, ROOT } from './fences.ts';

const SHOP_KEY = 'another key of sixteen characters';
const TARGETS = ['/a.jpg', '/a.jpg?width=300&crop=1:1', '/a.jpg?width=300&expires=1900000000'];

/** One sample: the name of its file, what stands around a fragment, and what it prints. */
interface Sample {
  readonly file: string;
  readonly before?: string;
  readonly after?: string;
  readonly prints: RegExp;
}

/** An application as Express and its kind have one, of `node:http` alone; then a picture is asked for. */
const APPLICATION = `
import { createServer as listening } from 'node:http';
const handlers = [];
const app = { use: (handle) => handlers.push(handle), all: (path, handle) => handlers.push(handle) };
const asked = async (answer, close, target) => {
  const http = listening(answer).listen(0, '127.0.0.1');
  await new Promise((ready) => http.once('listening', ready));
  const response = await fetch('http://127.0.0.1:' + http.address().port + target);
  console.log(response.status, response.headers.get('content-type'));
  await response.arrayBuffer();
  http.close();
  http.closeAllConnections();
  await close();
};`;
const SERVER = `${APPLICATION}
import { createServer as opened, loadConfig as read } from 'fovea';
const fovea = await opened(read('fovea.yaml'));`;
const PICTURE = "'/pictures/leaves.jpg?w=30&fm=webp'";
const WEBP = /^200 image\/webp\n$/;

/** In the order in which they stand, by document. */
const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  'README.md': [{ file: 'readme.js', prints: /^\d+\n$/ }],
  'docs/integrations.md': [
    {
      file: 'express.js',
      before: APPLICATION,
      after: `await asked((request, response) => handlers[0](request, response), () => fovea.close(), ${PICTURE});`,
      prints: WEBP,
    },
    {
      file: 'fastify.js',
      before: SERVER,
      after: `const reply = (raw) => ({ raw, hijack() {} });
        await asked((raw, response) => handlers[0]({ raw }, reply(response)), () => fovea.close(), ${PICTURE});`,
      prints: WEBP,
    },
    {
      file: 'hono.js',
      before: SERVER,
      after: `const raw = new Request('http://a.example' + ${PICTURE});
        const answer = await handlers[0]({ req: { raw }, env: { incoming: { url: ${PICTURE} } } });
        console.log(answer.status, answer.headers.get('content-type'));
        await answer.arrayBuffer();
        await fovea.close();`,
      prints: WEBP,
    },
    {
      file: 'next.js',
      after: `import loader from './next.js';
        console.log(loader({ src: '/a.jpg', width: 640 }));`,
      prints: /^https:\/\/images\.example\.com\/a\.jpg\?w=640.*\n$/,
    },
    {
      file: 'nuxt.config.js',
      after: `import { readFileSync } from 'node:fs';
        import config from './nuxt.config.js';
        const { provider } = config.image.providers[config.image.provider];
        console.log(readFileSync(new URL(import.meta.resolve(provider))).length > 0);`,
      prints: /^true\n$/,
    },
    {
      file: 'vite.config.js',
      after: `import config from './vite.config.js';
        console.log(config.plugins[0].name);`,
      prints: /^fovea\n$/,
    },
    {
      file: 'main.js',
      after: '// A page: it is built below',
      prints: /^$/,
    },
    {
      file: 'image-service.js',
      after: `import service from './image-service.js';
        console.log(typeof service.transform, service.validateOptions === undefined);`,
      prints: /^function false\n$/,
    },
  ],
  'docs/library.md': [
    { file: 'optimize.js', prints: /^(?:avif|webp) 300 \d+ true\n$/ },
    { file: 'optimizer.js', prints: /^resize .*\n120 120\nsource-not-an-image\n$/ },
    {
      file: 'client.js',
      prints:
        /^https:\/\/img\.example\.com\/shop\/red%20chair\.jpg\?w=300&auto=format,compress&s=[0-9a-f]{32}\n2\n$/,
    },
  ],
  'docs/reference/library.md': [
    { file: 'handle.js', prints: /^200 image\/avif\ntrue\n$/ },
    {
      file: 'middleware.js',
      before: SERVER.replace('const fovea', 'const server'),
      after: `await asked(server.middleware, () => server.close(), ${PICTURE});`,
      prints: WEBP,
    },
  ],
  'docs/signing.md': [
    {
      file: 'sign.js',
      after: `console.log(${JSON.stringify(TARGETS)}.map(sign).join('\\n'));`,
      prints: /^(?:\/a\.jpg\S+[?&]sig=[\w-]{43}\n){3}$|^\/a\.jpg\?sig=/,
    },
  ],
};

const blocks = blocksIn('js', 'ts');
const samples = Object.entries(SAMPLES).flatMap(([document, rows]) =>
  rows.map((row, i) => ({
    ...{ name: `${document}: ${row.file}`, document, row },
    text: blocks.filter((block) => block.document === document)[i]?.text ?? '',
  })),
);

const folder = mkdtempSync(join(tmpdir(), 'fovea-samples-'));
const put = (name: string, content: string | Uint8Array) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  put('node_modules/@types/.keep', '');
  symlinkSync(ROOT, join(folder, 'node_modules/fovea'));
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
  // What a project of Astro has and this one has not: the part of its service that does no pixels
  put(
    'node_modules/astro/package.json',
    '{ "type": "module", "exports": { "./assets": "./a.js" } }',
  );
  put('node_modules/astro/a.js', 'export const baseService = { validateOptions: (all) => all };\n');
  put('package.json', '{ "type": "module" }');
  for (const name of ['leaves.jpg', 'images/leaves.jpg']) put(name, committed('leaves.jpg'));
  put(
    'fovea.yaml',
    'listen: { port: 0 }\nlog: { level: silent }\nsources: [{ name: a, dialect: imgix, mount: /pictures, origin: { kind: folder, path: ./images } }]\n',
  );
});

function run(program: string, args: readonly string[], input?: string) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    ...{ cwd: folder, encoding: 'utf8', env: { ...process.env, SHOP_KEY }, input },
  });
  return { status, stdout, stderr };
}

test('every sample is here', () => {
  const shown = blocks.map(({ document }) => document);
  expect(samples.map(({ document }) => document).sort()).toEqual(shown.sort());
});

describe('samples', () => {
  test.each(samples)(
    '$name runs',
    ({ row, text }) => {
      const { file, before = '', after = '', prints } = row;
      // What is imported by name stands in a file of its own, as in a project
      const isModule = after.includes(`'./${file}'`) || file === 'main.js';
      put(file, isModule ? text : `${before}\n${text}\n${after}\n`);
      const program = isModule ? `run-${file}` : file;
      if (isModule) put(program, after);
      const { status, stdout, stderr } = run(process.execPath, [program]);
      expect([stderr, status]).toEqual(['', 0]);
      expect(stdout).toMatch(prints);
    },
    200_000,
  );

  test('pass the check of types', () => {
    put(
      'typed/surroundings.d.ts',
      `import type { Server } from 'fovea';
       import type { IncomingMessage, ServerResponse } from 'node:http';
       type Raw = { raw: IncomingMessage };
       type Reply = { raw: ServerResponse; hijack(): void };
       type Context = { req: { raw: Request }; env: { incoming: { url?: string } } };
       declare global {
         namespace NodeJS { interface ProcessEnv { SHOP_KEY: string } }
         const server: Server;
         const fovea: Server;
         const app: {
           use(handle: (a: IncomingMessage, b: ServerResponse, next: (error?: unknown) => void) => void): void;
           all(path: string, handle: (a: Raw & Context, b: Reply) => unknown): void;
         };
       }`,
    );
    put(
      'typed/modules.d.ts',
      `declare module 'astro/assets' { export const baseService: object; }
       declare module '*?fovea' { const built: import('fovea/picture').BuiltPicture; export default built; }
       declare module '*target=high' { const built: import('fovea/picture').BuiltPicture; export default built; }`,
    );
    samples.forEach(({ text }, i) => void put(`typed/${i}.js`, `${text}\nexport {};\n`));
    const compilerOptions = {
      ...{ strict: true, noImplicitAny: false, module: 'nodenext', target: 'es2023' },
      ...{ allowJs: true, checkJs: true, noEmit: true, types: ['node'] },
    };
    put('typed/tsconfig.json', JSON.stringify({ compilerOptions, include: ['*'] }));
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = run(process.execPath, [compiler, '-p', 'typed']);
    expect([stdout, status]).toEqual(['', 0]);
  }, 200_000);

  test('a page of Vite is built as its two samples say', async () => {
    const of = (file: string) => samples.find(({ row }) => row.file === file)?.text ?? '';
    const small = await sharp(committed('leaves.jpg')).resize(60).jpeg({ quality: 97 }).toBuffer();
    put('page/vite.config.js', of('vite.config.js'));
    put('page/main.js', of('main.js'));
    for (const name of ['leaves', 'portrait']) put(`page/${name}.jpg`, small);
    put('page/package.json', '{ "type": "module" }');
    put('page/index.html', '<!doctype html><body><script type="module" src="main.js"></script>');
    const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
    const { status, stderr } = run(process.execPath, [vite, 'build', 'page']);
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('rror')]);
    const assets = readdirSync(join(folder, 'page/dist/assets'));
    const script = assets.find((name) => name.endsWith('.js')) ?? '';
    const text = readFileSync(join(folder, 'page/dist/assets', script), 'utf8');
    expect(text).toContain('Oak leaves');
    expect(text).toMatch(/srcset.*60w/);
  }, 200_000);
});

describe('signatures in other languages', () => {
  const has = (program: string) => spawnSync(program, ['--version']).error === undefined;
  const codeOf = (language: string) => blocksIn(language)[0]?.text ?? '';
  const signed = () => {
    const signing = `sources: [{ name: shop, dialect: fastly, mount: /shop, origin: { kind: folder, path: ./images }, signing: { tokens: ['${SHOP_KEY}'] } }]\n`;
    put('signing.yaml', signing);
    const main = join(ROOT, 'dist/cli/main.js');
    return TARGETS.map((target) => {
      const { stdout } = run(process.execPath, [
        main,
        'sign',
        `/shop${target}`,
        '--config',
        'signing.yaml',
      ]);
      return stdout.replace(/^.*?\/shop/, '').trim();
    });
  };

  test('there is one sample of each', () => {
    expect([blocksIn('python').length, blocksIn('php').length]).toEqual([1, 1]);
  });

  test('JavaScript signs as Fovea does', () => {
    put(
      'sign-all.js',
      `${samples.find(({ row }) => row.file === 'sign.js')?.text}
      for (const target of ${JSON.stringify(TARGETS)}) console.log(sign(target));`,
    );
    expect(run(process.execPath, ['sign-all.js']).stdout.trim().split('\n')).toEqual(signed());
  });

  test.skipIf(!has('python3'))('Python signs as Fovea does', () => {
    const program = `${codeOf('python')}\nfor target in ${JSON.stringify(TARGETS)}: print(sign(target))\n`;
    expect(run('python3', ['-'], program).stdout.trim().split('\n')).toEqual(signed());
  });

  test.skipIf(!has('php'))('PHP signs as Fovea does', () => {
    const program = `<?php ${codeOf('php')}\nforeach (${JSON.stringify(TARGETS)} as $target) echo sign($target), "\\n";`;
    expect(run('php', [], program).stdout.trim().split('\n')).toEqual(signed());
  });
});
