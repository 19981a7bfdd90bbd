import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { readUpload } from './upload.ts';

async function* cut(bytes: Uint8Array, size: number) {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}
const part = fc.record({ name: fc.constantFrom('; name="file"', '; name="q"', '', '; name=file'), fn: fc.constantFrom('', '; filename="a.png"', '; filename=""'), type: fc.constantFrom('', 'Content-Type: application/octet-stream\r\n', 'X: y\r\n'), cd: fc.boolean(), body: fc.constantFrom('', 'a', '\r\n', '--XX', '\r\n--XX', 'BIG', 'HUGE', '-'), sep: fc.constantFrom('\r\n\r\n', '\r\n\r\n','\r\n\r\n','\r\n') });
const stats: Record<string, number> = {};
test('fuzz', async () => {
  await fc.assert(fc.asyncProperty(fc.array(part, { maxLength: 4 }), fc.constantFrom(1000, 65536, 1e6, 17), fc.integer({min:0,max:1000}).map((n) => n / 1000), fc.constantFrom('--', '--\r\n', '--junk', '', '\r\n', '--\r\nepilogue--XXX\r\n'), async (parts, size, keep, end) => {
    let text = parts.map((p) => `--XXX\r\n${p.cd ? '' : `Content-Disposition: form-data${p.name}${p.fn}\r\n`}${p.type}`.replace(/\r\n$/, '') + p.sep + p.body.replace('BIG', 'q'.repeat(70000)).replace('HUGE', 'q'.repeat(300000)) + '\r\n').join('') + '--XXX' + end;
    if (keep < 0.5) text = text.slice(0, Math.floor(text.length * keep * 2));
    if (size === 17 && text.length > 100000) size = 999;
    const body = Buffer.from(text);
    const r = await Promise.race([readUpload({ 'content-type': 'multipart/form-data; boundary=XXX' }, cut(body, size)).then(() => 'ok', (e) => isFault(e) ? e.code : e), new Promise((r) => setTimeout(() => r('HANG'), 1000))]);
    stats[String(r)] = (stats[String(r)] ?? 0) + 1;
    if (r === 'HANG') throw new Error('hang ' + JSON.stringify(parts.map(p => ({...p, body: p.body.slice(0, 10) + p.body.length}))) + size + ' ' + keep + JSON.stringify(end));
    expect(typeof r).toBe('string');
  }), { numRuns: 20000 });
  console.log(stats);
});
