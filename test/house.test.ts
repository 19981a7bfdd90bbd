/**
 * The house: imports go down the floors, and rooms that also run in the
 * browser stay free of Node and of sharp.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { NODE_ONLY, portableFiles } from './support/portable.ts';

/** Rooms from the ground up; rooms of one floor do not know one another. */
const FLOORS: readonly (readonly string[])[] = [
  ['base'],
  ['image', 'wasm', 'containers'],
  ['plan', 'metadata', 'svg', 'jpeg'],
  ['raster'],
  ['gif', 's3'],
  [
    'c2pa',
    'coordination',
    'dialects',
    'metrics',
    'vips',
    'vision',
    'text',
    'video',
    'origins',
    'stores',
  ],
  ['optimizer', 'client'],
  ['engine'],
  ['library'],
  ['server', 'cli', 'integrations'],
];

/** Packages that browsers can run. */
const PORTABLE_PACKAGES = /^@noble\/hashes\//;

/** Lines that are read in one sitting. */
const LONGEST_FILE = 350;

/** Files that a room holds without a folder between. */
const LARGEST_ROOM = 20;

/** `cli` starts servers: the one pair of neighbours that meets. */
const NEIGHBOURS = new Set(['cli>server']);

const src = resolve(dirname(fileURLToPath(import.meta.url)), '../src');
const floorOf = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room));

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
}

function imports(): Import[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8');
    const room = file.split(sep)[0] ?? '';
    return [...text.matchAll(/(?:from|import\()\s*'([^']+)'|^import '([^']+)'/gm)].map((m) => ({
      file,
      room,
      target: m[1] ?? m[2] ?? '',
    }));
  });
}

/** Both bounds, or the word that says whether infinities belong to the domain. */
function bounded(domain: string): boolean {
  return (/min:/.test(domain) && /max:/.test(domain)) || /noDefaultInfinity:/.test(domain);
}

/** Files of `src/` that are no tests and no suites, with their lengths. */
function sourceFiles(): { readonly file: string; readonly lines: number }[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.(test|suite))\.ts$/.test(file))
    .map((file) => ({
      file,
      lines: readFileSync(join(src, file), 'utf8').trimEnd().split('\n').length,
    }));
}

/** The files of a circle of imports, in order; none where there is no circle. */
function circleOf(targets: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    const start = path.indexOf(file);
    if (start >= 0) return [...path.slice(start), file];
    if (done.has(file)) return [];
    for (const target of targets.get(file) ?? []) {
      const found = visit(target, [...path, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  for (const file of targets.keys()) {
    const found = visit(file, []);
    if (found.length > 0) return found;
  }
  return [];
}

/** Every test and suite of the repository, with its text. */
function testFiles(): { readonly file: string; readonly text: string }[] {
  const root = resolve(src, '..');
  return ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.ts$/.test(file) && (folder === 'test' || /\.(test|suite)\./.test(file)))
      .filter((file) => file !== 'house.test.ts')
      .map((file) => ({
        file: join(folder, file),
        text: readFileSync(join(root, folder, file), 'utf8'),
      })),
  );
}

describe('the house', () => {
  const all = imports();

  test('has imports to check, and every room has a floor', () => {
    expect(all.length).toBeGreaterThan(50);
    const rooms = new Set(all.filter((i) => i.file.includes(sep)).map((i) => i.room));
    expect([...rooms].filter((room) => floorOf(room) < 0)).toEqual([]);
  });

  test('imports go down', () => {
    const wrong = all.filter(({ file, room, target }) => {
      if (!target.startsWith('.') || !file.includes(sep)) return false;
      const path = relative(src, resolve(src, dirname(file), target));
      const other = path.split(sep)[0] ?? '';
      if (other === room || NEIGHBOURS.has(`${room}>${other}`)) return false;
      return path.startsWith('..') ? !file.endsWith('.test.ts') : floorOf(other) >= floorOf(room);
    });
    expect(wrong.map((i) => `${i.file} imports ${i.target}`)).toEqual([]);
  });

  test('portable rooms are free of Node, of sharp, and of what is not portable', () => {
    const portable = new Set(portableFiles());
    const wrong = all.filter(({ file, target }) => {
      if (!portable.has(file.replaceAll(sep, '/'))) return false;
      if (!target.startsWith('.')) return !PORTABLE_PACKAGES.test(target);
      return !portable.has(join(dirname(file), target).replaceAll(sep, '/'));
    });
    expect(wrong.map((i) => `${i.file} imports ${i.target}`)).toEqual([]);
  });

  test("portable rooms name none of Node's globals", () => {
    const wrong = portableFiles().filter((file) =>
      /\b(Buffer|process|setImmediate|global|__dirname|require)\b[.([]/.test(
        readFileSync(join(src, file), 'utf8'),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('files of portable rooms that need Node are named, and need it', () => {
    for (const file of NODE_ONLY) {
      const targets = all.filter((i) => i.file.replaceAll(sep, '/') === file).map((i) => i.target);
      const needs = (target: string) =>
        target.startsWith('node:') || NODE_ONLY.includes(join(dirname(file), target));
      expect(targets.some(needs), file).toBe(true);
    }
  });

  test('drawn fractions state their domain: without noNaN a property meets NaN once in four runs', () => {
    const unstated = testFiles().flatMap(({ file, text }) =>
      [...text.matchAll(/fc\.(?:double|float)\(([^)]*)\)/g)]
        .filter(([, domain = '']) => !/noNaN: (?:true|false)/.test(domain) || !bounded(domain))
        .map(([call]) => `${file}: ${call}`),
    );
    expect(unstated).toEqual([]);
  });

  test('a test that cannot run says so by skip(), it does not return as if it had passed', () => {
    const silent = testFiles().filter(({ text }) => /return console\.log/.test(text));
    expect(silent.map(({ file }) => file)).toEqual([]);
  });

  test('dialects leave the rounding of sizes to the plan', () => {
    const files = readdirSync(join(src, 'dialects'), { recursive: true, encoding: 'utf8' });
    const wrong = files
      .filter((file) => /translate.*(?<!\.test)\.ts$/.test(file))
      .filter((file) =>
        /Math\.(round|floor|ceil|trunc)|wholePixels/.test(
          readFileSync(join(src, 'dialects', file), 'utf8'),
        ),
      );
    expect(wrong).toEqual([]);
  });

  test('a file reads in one sitting: at most 350 lines', () => {
    const long = sourceFiles().filter(({ lines }) => lines > LONGEST_FILE);
    expect(long.map(({ file, lines }) => `${file}: ${lines} lines`)).toEqual([]);
  });

  test('a room holds at most 20 files flat', () => {
    const rooms = new Map<string, number>();
    for (const { file } of sourceFiles()) {
      rooms.set(dirname(file), (rooms.get(dirname(file)) ?? 0) + 1);
    }
    expect([...rooms].filter(([, files]) => files > LARGEST_ROOM)).toEqual([]);
  });

  test('no file imports itself by way of others', () => {
    const targets = new Map<string, string[]>();
    for (const { file, target } of all) {
      if (!target.startsWith('.')) continue;
      const path = join(dirname(file), target);
      targets.set(file, [...(targets.get(file) ?? []), path]);
    }
    expect(circleOf(targets)).toEqual([]);
  });

  test('relative imports carry .ts', () => {
    const wrong = all.filter((i) => i.target.startsWith('.') && !/\.(ts|json)$/.test(i.target));
    expect(wrong.map((i) => `${i.file} imports ${i.target}`)).toEqual([]);
  });
});
