/**
 * The package as others see it: what is packed, what can be imported by its
 * name, and the types. A link named `fovea` in a project of its own stands for
 * an installation.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const project = mkdtempSync(join(tmpdir(), 'fovea-package-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(project, name), text);

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

beforeAll(() => {
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  symlinkSync(root, join(project, 'node_modules/fovea'));
  symlinkSync(join(root, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'));
  mkdirSync(join(project, 'images'));
  write('package.json', '{ "type": "module" }');
  write(
    'fovea.yaml',
    'listen: { port: 0 }\nlog: { level: silent }\n' +
      'sources: [{ name: a, dialect: imgix, mount: /a, origin: { kind: folder, path: ./images } }]\n',
  );
});

describe('what is packed', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const packed = new Set(files.map(({ path }) => path));

  test('holds what the manifest names', () => {
    const entries = Object.values<Record<string, string>>(manifest.exports);
    const named = entries.flatMap((entry) => Object.values(entry));
    expect(named).toHaveLength(14);
    for (const file of [...named, ...Object.values(manifest.bin)] as string[]) {
      expect([file, packed.has(file.replace(/^\.\//, ''))]).toEqual([file, true]);
    }
  });

  test('holds the workers, the kernel, the demo and the pages it links to, and no tests', () => {
    for (const file of [
      'dist/engine/worker.js',
      'dist/engine/encoder-version.json',
      'dist/wasm/reduce.wasm',
      'dist/wasm/ssimulacra2.wasm',
      'dist/vision/faces/model/face-api.cjs',
      'dist/vision/faces/model/tfjs-backend-wasm-simd.wasm',
      'dist/vision/faces/model/ssd_mobilenetv1_model.bin',
      'dist/vision/faces/model/face_landmark_68_model.bin',
      'demo/fovea.yaml',
      'demo/pictures/leaves.jpg',
      'docs/reference/configuration.md',
    ]) {
      expect([file, packed.has(file)]).toEqual([file, true]);
    }
    expect([...packed].filter((file) => /\.(?:test|suite)\.|^test\/|^src\//.test(file))).toEqual(
      [],
    );
  });
});

describe('the library', () => {
  test('exports its values by name, for import and for require', () => {
    const names = [
      'ConfigError',
      'Fault',
      'bytesOf',
      'compile',
      'createOptimizer',
      'createServer',
      'isFault',
      'isFileBody',
      'loadConfig',
      'optimize',
      'parseConfig',
    ];
    write(
      'esm.js',
      "import * as all from 'fovea'; console.log(JSON.stringify(Object.keys(all).sort()));",
    );
    write('cjs.cjs', "console.log(JSON.stringify(Object.keys(require('fovea')).sort()));");
    expect(JSON.parse(node('esm.js').output)).toEqual(names);
    // A release of Node that warns about require of a module still gives it
    const required = node('--no-warnings', 'cjs.cjs');
    const known = JSON.parse(required.output).filter(
      (name: string) => !/^(?:default|__|module)/.test(name),
    );
    expect(known).toEqual(names);
  });

  test('optimizes a picture in a project of either kind, and lets it end', () => {
    copyFileSync(join(root, 'demo/pictures/leaves.jpg'), join(project, 'images/small.jpg'));
    const then = `optimize('images/small.jpg', { width: 60, formats: ['webp'] })
      .then(({ format, width }) => console.log(format, width));`;
    write('optimize.js', `import { optimize } from 'fovea'; ${then}`);
    write('optimize.cjs', `const { optimize } = require('fovea'); ${then}`);
    for (const file of ['optimize.js', 'optimize.cjs']) {
      expect([file, node('--no-warnings', file)]).toEqual([
        file,
        { status: 0, output: 'webp 60\n' },
      ]);
    }
    write(
      'client.cjs',
      `const { createClient } = require('fovea/client');
       console.log(createClient({ dialect: 'imgix', base: '/a' }).url('b.jpg', { w: 3 }));`,
    );
    expect(node('--no-warnings', 'client.cjs').output).toBe('/a/b.jpg?w=3\n');
  });

  test('has types that a strict project can use', () => {
    write(
      'consumer.ts',
      `import { compile, createOptimizer, isFault, optimize, type Optimized } from 'fovea';
       import { createClient } from 'fovea/client';
       export const small: Promise<Optimized> = optimize(new ReadableStream<Uint8Array>(), { target: 'low', formats: ['avif', 'source'] });
       export const steps: string = compile('imgix', '/a.jpg?w=3').text;
       export const made = createOptimizer({ jobs: 1 }).render('a.jpg', compile('fastly', '/a.jpg'));
       export const code = (error: unknown) => (isFault(error) ? error.code : undefined);
       export const url = createClient({ dialect: 'fastly', base: '' }).url('a.jpg', { format: 'auto', width: 3 });
       // @ts-expect-error no such parameter
       createClient({ dialect: 'fastly', base: '' }).url('a.jpg', { w: 3 });
       // @ts-expect-error no such format
       optimize('a.jpg', { formats: ['bmp'] });
       import { type Config, ConfigError, createServer, type FetchHandle, type Handle, type HttpRequest, loadConfig, parseConfig, type Server, type SourceConfig } from 'fovea';
       const config: Config = parseConfig({ sources: [] }, { folder: '.' });
       const port: number = config.listen.port;
       const first: SourceConfig | undefined = config.sources[0];
       export async function start(): Promise<Server> {
         try {
           return await createServer(loadConfig('fovea.yaml'));
         } catch (error) {
           if (error instanceof ConfigError) console.log(error.problems.join(), port, first?.name);
           throw error;
         }
       }
       export const ask = (handle: Handle, request: HttpRequest) => handle(request).then(({ status }) => status + 1);
       export const fetched = (handle: FetchHandle) =>
         handle(new Request('http://localhost/'), { target: '/a' }).then((response) => response.status + 1);
       // @ts-expect-error there is no such option
       export const none = config.listen.nowhere;
      `,
    );
    const compiler = {
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      noEmit: true,
      types: ['node'],
    };
    write('tsconfig.json', JSON.stringify({ compilerOptions: compiler, files: ['consumer.ts'] }));
    const { status, output } = node(join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
    expect(output).toBe('');
    expect(status).toBe(0);
  }, 120_000);

  test('has a docstring on every export', () => {
    const index = readFileSync(join(root, 'src/index.ts'), 'utf8');
    const lines = [...index.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';$/gm)];
    expect(lines.length).toBeGreaterThan(3);
    const without = lines.flatMap(([, names = '', file = '']) =>
      names
        .split(',')
        .map((name) => name.replace('type', '').trim())
        .filter((name) => !isDocumented(name, join(root, 'src', file))),
    );
    expect(without).toEqual([]);
  });
});

/** Whether a docstring stands right before an export, there or where it is handed on from. */
function isDocumented(name: string, file: string): boolean {
  const text = readFileSync(file, 'utf8');
  const declared = new RegExp(
    `\\*/\\nexport (?:declare )?(?:async )?(?:function|class|interface|type|const) ${name}\\b`,
  );
  if (declared.test(text)) return true;
  const from = new RegExp(
    `^export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '([^']+)'`,
    'm',
  ).exec(text)?.[1];
  return from !== undefined && isDocumented(name, join(dirname(file), from));
}
