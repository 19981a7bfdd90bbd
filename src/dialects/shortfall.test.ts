/** No parameter without effect is passed over in silence, in any dialect. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Diagnostic, notBuilt, note, notUsed, warning } from '../base/diagnostic.ts';
import { isFault } from '../base/fault.ts';
import type { Compiled, Dialect, DialectSettings, ImageRequest } from './dialect.ts';
import { fastly } from './fastly/index.ts';
import { imageoptim } from './imageoptim/index.ts';
import { imgix } from './imgix/index.ts';
import {
  foveaWarning,
  knownNames,
  lookalikes,
  refuseShortfalls,
  shortfallNames,
} from './shortfall.ts';

const FOLDER: DialectSettings = { name: 'test', origin: 'folder' };
const REFUSING: DialectSettings = { ...FOLDER, unsupported: 'refuse' };

const request = (target: string, headers: ImageRequest['headers'] = {}): ImageRequest => ({
  method: 'GET',
  target,
  headers,
  accepts: new Set(),
  now: 0,
  upload: false,
});

function headersOf(dialect: Dialect, compiled: Compiled) {
  return dialect.present({
    request: request('/'),
    compiled,
    source: { width: 1, height: 1, format: 'jpeg', bytes: 1 },
    result: { width: 1, height: 1, format: 'jpeg', bytes: 1 },
    key: 'ab',
    diagnostics: compiled.diagnostics,
  });
}

const unbuilt = ({ params }: Dialect) =>
  Object.entries(params)
    .filter(([, { support, silent }]) => /planned|ignored/.test(support) && !silent)
    .map(([name]) => name);

test.each([fastly, imageoptim])('$name: every parameter is built', (dialect) => {
  expect(unbuilt(dialect)).toEqual([]);
});

describe.each([imgix])('$name: parameters that are not built', (dialect) => {
  const names = unbuilt(dialect);

  test.each(names)('%s says so in a header, and is refused where the source wants it', (name) => {
    const values = ['1', 'baseline', '3.0', 'true', 'x'];
    const value = values.find((text) => dialect.params[name]?.read(text).value !== undefined);
    const target = `/a.jpg?${name}=${value}`;
    const compiled = dialect.compile(request(target), FOLDER);
    expect(headersOf(dialect, compiled)['fovea-warning']).toMatch(new RegExp(`\\b${name}\\b`));
    expect([...shortfallNames(dialect.params, compiled.diagnostics)]).toContain(name);
    expect(() => dialect.compile(request(target), REFUSING)).toThrow(name);
  });
});

describe('requests for what is partly built', () => {
  test.each<[Dialect, string, string, string]>([
    [imgix, '/a.jpg?chromasub=422', 'chromasub', 'written as 444'],
    [imgix, '/a.jpg?fm=jxl', 'fm', 'no encoder'],
    [imgix, '/a.jpg?background-replace64=dG9w', 'bg-replace', 'the base64 twin of an alias'],
    [fastly, '/a.jpg?format=jxl', 'format', 'no encoder'],
    [fastly, '/a.jpg?metadata=c2pa', 'metadata', 'no signing keys'],
  ])('$0.name $1 ($3)', (dialect, target, param) => {
    const { diagnostics } = dialect.compile(request(target), { ...FOLDER, missing: ['jxl'] });
    expect(diagnostics.filter((one) => one.shortfall === 'not-built')).toMatchObject([{ param }]);
    try {
      dialect.compile(request(target), { ...REFUSING, missing: ['jxl'] });
      expect.unreachable();
    } catch (error) {
      if (!isFault(error, 'bad-parameter')) throw error;
      const refusal = dialect.refuse(error, request(target), undefined);
      expect(refusal).toMatchObject({ kind: 'error', status: 400 });
      expect(error.message).toContain('refuses such requests');
    }
  });

  test('the features that Fastly steers by headers are refused as well', () => {
    const headers = { 'x-fastly-imageopto-overlay': 'overlay=/logo.png' };
    expect(() => fastly.compile(request('/a.jpg', headers), REFUSING)).toThrow('overlay');
  });

  test.each<[Dialect, string]>([
    [imgix, '/a.jpg?q=abc&utm_source=x&w=9'],
    [fastly, '/a.jpg?width=abc&region=asia'],
    [imageoptim, '/300,nonsense/a.jpg'],
  ])('$0.name: a value that cannot be used is no reason to refuse', (dialect, target) => {
    expect(() => dialect.compile(request(target), REFUSING)).not.toThrow();
  });
});

describe('names that no table has', () => {
  test.each<[Dialect, string, string | undefined, string]>([
    [imgix, '/a.jpg?w=9&mrak-align=top', 'mark-align', 'two places changed'],
    [imgix, '/a.jpg?w=9&Width=9', 'width', 'another case'],
    [imgix, '/a.jpg?w=9&txt-glow=9', 'txt-glow', 'a group of names'],
    [imgix, '/a.jpg?w=9&v=8&utm_source=x', undefined, 'nothing like it'],
    [fastly, '/a.jpg?bgcolor=fff', 'bg-color', 'no hyphen'],
    [fastly, '/a.jpg?v=8&cb=3f2a&policy=x', undefined, 'nothing like it'],
    [imageoptim, '/300,qualty=low/a.jpg', 'quality', 'a letter less'],
  ])('$0.name $1 hints at $2 ($3)', (dialect, target, hint) => {
    const compiled = dialect.compile(request(target), FOLDER);
    const header = headersOf(dialect, compiled)['fovea-warning'];
    if (hint === undefined) expect(header).toBeUndefined();
    else expect(header).toContain(hint);
  });

  test('only the first eight are compared', () => {
    const many = Array.from({ length: 20 }, (_, n) => `mark-x${n}`);
    expect(lookalikes(many, knownNames(['mark-align', 'mark-pad']))).toHaveLength(8);
  });
});

describe('the header', () => {
  test('lists each warning once, quoted, and no notes', () => {
    const all = [notBuilt('One.', 'a'), note('Two.', 'b'), warning('Say "3" \\.'), notUsed('One.')];
    expect(foveaWarning(all)).toBe('"One.", "Say \\"3\\" \\\\."');
    expect(foveaWarning([note('Two.')])).toBeUndefined();
  });

  test('is short and printable, whatever it repeats', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { maxLength: 60 });
    fc.assert(
      fc.property(texts, (all) => {
        const header = foveaWarning(all.map((text) => notUsed(text))) ?? '';
        expect(header.length).toBeLessThan(1600);
        expect(header).toMatch(/^(?:"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"(?:, |$))*$/);
      }),
    );
  });

  test('says how much it leaves out', () => {
    const all = Array.from({ length: 99 }, (_, n) => notUsed(`The parameter ${n} is too much.`));
    expect(foveaWarning(all)).toMatch(/"\d+ more"$/);
  });
});

describe('the counter', () => {
  test('has names of the table, and one for all others', () => {
    const diagnostics: Diagnostic[] = [
      notBuilt('', 'mark'),
      notUsed('', 'q'),
      notUsed('', 'q'),
      notUsed('', 'anything-a-visitor-writes'),
      notBuilt(''),
      warning('', 'w'),
      note('', 'h'),
    ];
    expect([...shortfallNames(imgix.params, diagnostics)]).toEqual(['mark', 'q', 'other']);
    expect([...shortfallNames(imgix.params, [notUsed('', 'constructor')])]).toEqual(['other']);
  });

  test('a source that only warns refuses nothing', () => {
    expect(() => refuseShortfalls(FOLDER, [notBuilt('x')])).not.toThrow();
    expect(() => refuseShortfalls(REFUSING, [notUsed('x'), warning('y')])).not.toThrow();
  });
});
