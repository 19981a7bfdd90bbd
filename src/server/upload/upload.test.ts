import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../base/body.ts';
import { ByteBudget } from '../../base/byte-budget.ts';
import { Fault, isFault } from '../../base/fault.ts';
import { memorySpool } from '../../stores/spool.suite.ts';
import { UPLOAD_LIMITS } from './body.ts';
import { readUpload } from './upload.ts';

const PICTURE = '\x89PNG\r\n\x1a\n--XX\r\n--XXX not quite a boundary';
const FORM = 'multipart/form-data; boundary=XXXboundary';

/** One part with its header lines. */
function part(headers: readonly string[], body: string): string {
  return `--XXXboundary\r\n${headers.join('\r\n')}\r\n\r\n${body}\r\n`;
}

const disposition = (rest: string) => `Content-Disposition: form-data; ${rest}`;
const file = part([disposition('name="file"; filename="a.png"')], PICTURE);
const END = '--XXXboundary--';

async function* pieces(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What came out: the text of the file, `nothing`, or the code of the fault. */
async function outcome(
  headers: Record<string, string>,
  text: string,
  limits = UPLOAD_LIMITS,
  size?: number,
): Promise<string> {
  const memory = new ByteBudget(1e9);
  const spool = memorySpool(memory);
  const any = { ...limits, pictures: false };
  try {
    const upload = await readUpload(headers, pieces(text, size), spool, any);
    const bytes = upload && Buffer.from(await bytesOf(upload.body));
    await upload?.discard();
    return bytes === undefined ? 'nothing' : bytes.toString('latin1');
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  } finally {
    expect(memory.held).toBe(0);
  }
}

describe('readUpload of forms', () => {
  const wrong = part([disposition('name="fileUpload"; filename="b.png"')], 'other');
  const empty = part([disposition('name="file"; filename=""')], '');
  const field = part([disposition('name="quality"')], 'low');
  const typed = part(
    [
      disposition('name="file"; filename="a"'),
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: binary',
    ],
    PICTURE,
  );

  test.each([
    // type, body, result, why
    [FORM, `${file}${END}\r\n`, PICTURE, 'as browsers send it'],
    [FORM, `${file}${END}`, PICTURE, 'the PHP client ends without a line break'],
    [FORM, `${file}${END}\r\nepilogue`, PICTURE, 'text behind the end is ignored'],
    [FORM, `preamble\r\n${file}${END}`, PICTURE, 'text before the first part is ignored'],
    [FORM.replace(';', ','), `${typed}${END}`, PICTURE, 'the PHP client writes a comma'],
    [FORM.replace('; ', ';'), `${file}${END}`, PICTURE, 'no blank'],
    ['Multipart/Form-Data; Boundary="XXXboundary"', `${file}${END}`, PICTURE, 'case and quotes'],
    [`${FORM}; charset=utf-8`, `${file}${END}`, PICTURE, 'a parameter behind the boundary'],
    [FORM, `${wrong}${END}`, 'other', 'another name counts where no part is called file'],
    [FORM, `${wrong}${file}${END}`, PICTURE, 'the part called file wins'],
    [FORM, `${file}${wrong}${END}`, PICTURE, 'the part called file wins, whatever the order'],
    [FORM, `${empty}${wrong}${END}`, 'other', 'a file field left empty is no file'],
    [FORM, `${field}${file}${field}${END}`, PICTURE, 'fields around it'],
    [FORM, `${part([disposition('name=file')], 'x')}${END}`, 'x', 'named file, without file name'],
    [FORM, `${file}${file.replace('PNG', 'png')}${END}`, PICTURE, 'one file: the first'],
    [FORM, `${field}${END}`, 'upload-missing', 'no file among the parts'],
    [FORM, `${empty}${END}`, 'upload-missing', 'nothing was chosen in the form'],
    [FORM, `${END}`, 'upload-missing', 'no parts at all'],
    [FORM, '', 'nothing', 'no body, whatever the header says'],
    [FORM, 'not a form', 'upload-unreadable', 'no boundary in the body'],
    [FORM, file, 'upload-unreadable', 'the end is missing'],
    [FORM, file.slice(0, -20), 'upload-unreadable', 'cut off inside the file'],
    [FORM, file.slice(0, 30), 'upload-unreadable', 'cut off inside the headers'],
    ['multipart/form-data', `${file}${END}`, 'upload-unreadable', 'no boundary in the header'],
    ['multipart/form-data; boundary=', `${file}${END}`, 'upload-unreadable', 'an empty boundary'],
    [FORM, field.repeat(40) + file + END, 'upload-unreadable', 'more parts than anyone needs'],
    [
      FORM,
      `${part([`X: ${'a'.repeat(70_000)}`], 'q')}${END}`,
      'upload-missing',
      'a header block beyond its limit names no file',
    ],
  ])('%s with %j gives %j (%s)', async (type, body, result) => {
    expect(await outcome({ 'content-type': type }, body)).toBe(result);
  });
});

describe('readUpload of other bodies', () => {
  test.each([
    ['image/png', PICTURE, PICTURE, 'the picture alone'],
    ['application/octet-stream', PICTURE, PICTURE, 'bytes of any kind'],
    ['', PICTURE, PICTURE, 'no type: bytes of any kind'],
    ['image/png', '', 'nothing', 'a URL form with a stray header'],
    ['application/x-www-form-urlencoded', '', 'nothing', 'PHP streams send this with no body'],
    ['application/x-www-form-urlencoded', 'a=1', 'upload-missing', 'fields without a file'],
    ['text/plain', 'hello', 'upload-missing', 'no picture'],
    ['multipart/mixed; boundary=x', '--x--', 'upload-missing', 'no form'],
  ])('%s with %j gives %j (%s)', async (type, body, result) => {
    expect(await outcome(type === '' ? {} : { 'content-type': type }, body)).toBe(result);
  });

  test('no body at all is no upload', async () => {
    expect(await readUpload({ 'content-type': FORM }, undefined, memorySpool())).toBeUndefined();
  });
});

describe('limits of readUpload', () => {
  const limits = { maxBytes: 100 };
  const any = { ...limits, pictures: false };
  const sized = (length: number) =>
    part([disposition('name="file"; filename="a"')], 'q'.repeat(length)) + END;

  test.each([
    [FORM, sized(100), 'q'.repeat(100), 'exactly the limit'],
    [FORM, sized(101), 'upload-too-large', 'one byte more'],
    [FORM, sized(90_000), 'upload-too-large', 'more than file and envelope'],
    [FORM, 'x'.repeat(90_000), 'upload-too-large', 'a preamble without end'],
    ['image/png', 'q'.repeat(100), 'q'.repeat(100), 'exactly the limit'],
    ['image/png', 'q'.repeat(101), 'upload-too-large', 'one byte more'],
  ])('hold for %s (%#)', async (type, body, result) => {
    expect(await outcome({ 'content-type': type }, body, limits, 64)).toBe(result);
  });

  test('a declared length beyond the limit is refused before a byte is read', async () => {
    let pulled = 0;
    const body = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          pulled++;
          return { done: false as const, value: new Uint8Array(10) };
        },
      }),
    };
    const headers = { 'content-type': 'image/png', 'content-length': '101' };
    await expect(readUpload(headers, body, memorySpool(), limits)).rejects.toMatchObject({
      code: 'upload-too-large',
    });
    expect(pulled).toBe(0);
  });

  test('after a fault the body is read no further and is not closed', async () => {
    let pulled = 0;
    let closed = false;
    const body = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          pulled++;
          return { done: false as const, value: Buffer.alloc(60, 'q') };
        },
        return: async () => {
          closed = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    await expect(
      readUpload({ 'content-type': 'image/png' }, body, memorySpool(), any),
    ).rejects.toMatchObject({
      code: 'upload-too-large',
    });
    expect([pulled, closed]).toEqual([2, false]);
  });

  test('a client that goes away is an unreadable upload', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(file.slice(0, 60), 'latin1');
      throw new Error('aborted');
    }
    await expect(
      readUpload({ 'content-type': FORM }, broken(), memorySpool()),
    ).rejects.toMatchObject({
      code: 'upload-unreadable',
    });
  });
});

describe('what is no picture', () => {
  const JUNK = 'q'.repeat(45_000_000);
  const junkPart = (name: string) =>
    part([disposition(`name="${name}"; filename="a"`)], JUNK) + END;

  /** Bytes that were pulled before the fault, and its code. */
  async function refusal(type: string, text: string, fields: Record<string, string> = {}) {
    let pulled = 0;
    async function* counting() {
      for await (const chunk of pieces(text, 65_536)) {
        pulled += chunk.length;
        yield chunk;
      }
    }
    const headers = { 'content-type': type, ...fields };
    const memory = new ByteBudget(1_000_000);
    const spool = memorySpool(memory);
    const code = await readUpload(headers, counting(), spool).catch((error: unknown) =>
      isFault(error) ? error.code : error,
    );
    expect(memory.held).toBe(0);
    return { code, pulled };
  }

  test.each([
    ['image/png', JUNK, 1],
    ['application/octet-stream', `\x00${JUNK}`, 1],
    // The parser goes ahead of who reads the part, but not far.
    [FORM, junkPart('file'), 8],
  ])('as %s is refused after its first bytes, not its last', async (type, body, chunks) => {
    const { code, pulled } = await refusal(type, body);
    expect(code).toBe('source-not-an-image');
    expect(pulled).toBeLessThanOrEqual(65_536 * chunks);
  });

  test('a picture that follows such a part is taken', async () => {
    const other = part([disposition('name="other"; filename="b"')], 'no picture');
    const body = pieces(`${other}${file}${END}`);
    const upload = await readUpload({ 'content-type': FORM }, body, memorySpool());
    expect(upload?.length).toBe(PICTURE.length);
    await upload?.discard();
  });

  test('with others there already, one that says its length is refused unread', async () => {
    const spool = memorySpool(new ByteBudget(300_000));
    const other = await spool.admit({ maxBytes: 1e6, tooLarge: () => new Fault('internal', '') });
    let pulled = 0;
    const body = {
      async *[Symbol.asyncIterator]() {
        pulled++;
        yield Buffer.from(PICTURE, 'latin1');
      },
    };
    const headers = { 'content-type': 'image/png', 'content-length': '200000' };
    await expect(readUpload(headers, body, spool)).rejects.toMatchObject({ code: 'overloaded' });
    expect(pulled).toBe(0);
    await other.release();
  });
});

describe('readUpload of anything', () => {
  const parts = fc.record({
    headers: fc.subarray([
      disposition('name="file"; filename="a"'),
      disposition('name="q"'),
      'Content-Disposition: attachment',
      'Content-Type: application/octet-stream',
      'X',
    ]),
    body: fc.constantFrom('', 'a', '\r\n', '--XXX', '\r\n--XXX', '-', 'q'.repeat(70_000)),
    gap: fc.constantFrom('\r\n\r\n', '\r\n\r\n', '\r\n', '\n\n'),
  });
  const ends = fc.constantFrom(END, `${END}\r\n`, `${END}junk`, '--XXXboundary', '');

  test('ends in bytes, nothing or a fault, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(parts, { maxLength: 4 }),
        ends,
        fc.integer({ min: 0, max: 100 }),
        fc.constantFrom(997, 65_536, 1_000_000),
        async (list, end, percent, size) => {
          const whole = list.map(
            ({ headers, gap, body }) => `--XXXboundary\r\n${headers.join('\r\n')}${gap}${body}\r\n`,
          );
          const text = whole.join('') + end;
          const cut = percent < 50 ? text.slice(0, Math.floor((text.length * percent) / 50)) : text;
          expect(typeof (await outcome({ 'content-type': FORM }, cut, undefined, size))).toBe(
            'string',
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  test('the size of the chunks never matters', async () => {
    const body = `${part([disposition('name="q"')], 'low')}${file}${END}`;
    for (const size of [1, 2, 3, 5, 8, 13, 1000]) {
      expect(await outcome({ 'content-type': FORM }, body, undefined, size)).toBe(PICTURE);
    }
  });
});
