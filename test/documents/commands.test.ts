/** Every command line of the documents is typed here, in the order of its page, and does what its row says. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../support/client.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { committed } from '../support/pictures.ts';
import {
  BLOCKS,
  blocksIn,
  COMMAND_LINES,
  type CommandLine,
  DOCUMENTS,
  proseOf,
  ROOT,
  textOf,
} from './fences.ts';
import { type Does, PAGES, type Page, type Serves } from './pages.ts';
import { Reader } from './reader.ts';

const PROGRAM = join(ROOT, 'dist/cli/main.js');

/** Every language that a block may be in, and so has a test. */
const LANGUAGES = ['sh', 'console', 'yaml', 'json', 'js', 'ts', 'python', 'php', 'text'];

describe('blocks of the documents', () => {
  test('are there, each in a language that a test knows', () => {
    expect(BLOCKS.length).toBeGreaterThan(50);
    const unknown = BLOCKS.filter(({ language }) => !LANGUAGES.includes(language));
    expect(unknown.map(({ document, line }) => `${document}:${line}`)).toEqual([]);
  });

  test('each command line has a row, and each row its line', () => {
    const typed = COMMAND_LINES.map(({ block, line }) => `${block.document}: ${line}`);
    const rows = Object.entries(PAGES).flatMap(([document, { lines }]) =>
      Object.keys(lines).map((line) => `${document}: ${line}`),
    );
    expect([...new Set(typed)].sort()).toEqual(rows.sort());
  });

  test('every command of the program has its row on its page', () => {
    const { stdout } = spawnSync(process.execPath, [PROGRAM, '--help'], { encoding: 'utf8' });
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(10);
    const text = textOf('docs/command-line.md');
    expect(commands.filter((name) => name !== 'help' && !text.includes(name))).toEqual([]);
  });

  test('forms of commands within sentences have their flags', () => {
    // What has changed and why stays as it was said at its time
    const documents = DOCUMENTS.filter((name) => !/^CHANGELOG|\/decisions\//.test(name));
    const forms = documents.flatMap((document) =>
      [
        ...proseOf(document).matchAll(/`(?:fovea|node dist\/cli\/main\.js) ([a-z]+(?: [^`]*)?)`/g),
      ].map(([, words = '']) => ({ document, words: words.split(/\s+/) })),
    );
    expect(forms.length).toBeGreaterThan(10);
    const helps = new Map<string, string>();
    for (const { document, words } of forms) {
      const [command = '', ...rest] = words;
      const help =
        helps.get(command) ??
        spawnSync(process.execPath, [PROGRAM, command, '--help'], { encoding: 'utf8' }).stdout;
      helps.set(command, help);
      expect([document, help]).toEqual([document, expect.stringContaining(`fovea ${command}`)]);
      const flags = rest.filter((word) => word.startsWith('--'));
      expect([document, flags.filter((flag) => !help.includes(`${flag} `))]).toEqual([
        document,
        [],
      ]);
    }
  });

  test('what is run elsewhere is run there', () => {
    for (const { lines } of Object.values(PAGES)) {
      for (const row of Object.values(lines)) {
        if ('why' in row && row.why === 'run by another test') {
          expect([row.test, existsSync(join(ROOT, row.test ?? ''))]).toEqual([row.test, true]);
        }
      }
    }
  });
});

describe.each(Object.entries(PAGES))('%s', (document, page) => {
  let origin: LocalOrigin;
  let reader: Reader;

  beforeAll(async () => {
    const photo = committed('leaves.jpg');
    origin = await startOrigin({ 'a.jpg': photo, 'photos/a.jpg': photo, 'press/a.jpg': photo });
    reader = new Reader(origin.url, page.env);
    for (const [name, content] of Object.entries(filesOf(document, page))) {
      reader.put(name, content);
    }
    for (const [line, row] of Object.entries(page.before ?? {})) await serves(line, row);
  });
  afterAll(async () => {
    await origin.stop();
    const codes = Object.entries(await reader.leave());
    expect(codes.filter(([, code]) => code !== 0)).toEqual([]);
  });

  const lines = COMMAND_LINES.filter(({ block }) => block.document === document);
  const once = lines.filter((one, i) => lines.findIndex(({ line }) => line === one.line) === i);
  test.each(once)(
    '$line',
    async (command) => {
      const row = page.lines[command.line];
      if (row === undefined) throw new Error('expected a row for this line, got none');
      if ('serves' in row) await serves(command.line, row);
      else if (!('why' in row)) await does(command, row);
    },
    200_000,
  );

  async function serves(line: string, row: Serves): Promise<void> {
    const { serves: target, headers = {}, script, admin = false } = row;
    const port = await reader.serve(line, { admin, ...(script ? { as: programOf(script) } : {}) });
    while ((await ask(port, '/readyz')).status !== 200) {
      await new Promise((again) => setTimeout(again, 50));
    }
    const answer = await ask(port, target, { headers });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^image\//),
    ]);
  }

  async function does({ line, shown }: CommandLine, row: Does): Promise<void> {
    const { status, stdout, stderr } = await reader.type(line, row.to);
    const printed = stdout + stderr;
    expect([status, printed]).toEqual([row.status ?? 0, expect.stringMatching(row.prints)]);
    for (const name of row.makes ?? []) {
      expect([name, existsSync(join(reader.folder, name))]).toEqual([name, true]);
    }
    for (const words of shown) expect(printed).toMatch(shapeOf(words));
  }
});

/** The program that a script of npm starts when it has built. */
function programOf(script: string): string {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const [build = '', program = ''] = scripts[script]?.split(' && ') ?? [];
  expect(build).toBe('node scripts/build.mjs --when-changed');
  return program;
}

/** What a page shows of an output, with any numbers in place of its own. */
function shapeOf(words: string): RegExp {
  const shape = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\d+(?:\\\.\d+)?/g, '[\\d.]+');
  return new RegExp(`^${shape}\\s*$`, 'm');
}

/** The files of a page: those that its rows name, and configurations by the name in their first line. */
function filesOf(document: string, { files = {}, configuration }: Page) {
  const shown = blocksIn('yaml').filter((block) => block.document === document);
  const named = shown.flatMap(({ text }) => {
    const name = /^# ([\w.-]+\.yaml)\n/.exec(text)?.[1];
    return name === undefined ? [] : [[name, text]];
  });
  const first = configuration === undefined ? [] : [[configuration, shown[0]?.text ?? '']];
  return { ...Object.fromEntries([...named, ...first]), ...files } as NonNullable<Page['files']>;
}
