/** What is kept of savings: restarts, torn files, folders that take nothing. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../telemetry/log.ts';
import { Savings, type SavingsParts } from './savings.ts';

const NOON = Date.UTC(2026, 10, 30, 12);
const DAY = 86_400_000;
const PICTURE = { bytes: 10, sourceBytes: 100, fixedBytes: 30, measured: true } as const;

let folder: string;
let clock: { time: number; now: () => number };
let complaints: string[];
const opened: Savings[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-savings-'));
  clock = { time: NOON, now: () => clock.time };
  complaints = [];
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(parts: Partial<SavingsParts> = {}): Savings {
  const log = { ...silentLog, warn: (_: object, message: string) => complaints.push(message) };
  const savings = new Savings({
    ...{ folder, clock, log: log as SavingsParts['log'], keeps: true },
    collect: async () => undefined,
    ...parts,
  });
  opened.push(savings);
  return savings;
}

const hit = ({ ledger }: Savings, source = 'shop') =>
  ledger.hit(ledger.account(source), PICTURE, clock.time);
const hitsOf = async (savings: Savings, day = '2026-11-30', source = 'shop') =>
  (await savings.days(400)).days.get(day)?.get(source)?.hits;
const files = () => readdirSync(join(folder, 'savings')).sort();

describe('savings', () => {
  test('are there after a restart, and go on', async () => {
    const first = open();
    hit(first);
    await first.close();
    const second = open();
    hit(second);
    expect(await hitsOf(second)).toBe(2);
    await second.close();
    expect(files()).toEqual(['2026-11-30.json']);
    expect(await hitsOf(open())).toBe(2);
  });

  test('of two servers with one folder add up, as when one starts while the other ends', async () => {
    const [old, young] = [open(), open()];
    hit(old);
    hit(young);
    await young.write();
    hit(young);
    await old.close();
    await young.close();
    expect(await hitsOf(open())).toBe(3);
  });

  test('are seen before they are written, and once while they are', async () => {
    const savings = open();
    hit(savings);
    const writing = savings.write();
    expect(await hitsOf(savings)).toBe(1);
    await writing;
    expect(await hitsOf(savings)).toBe(1);
  });

  test.each([
    ['torn', '{"day":"2026-11-30","sour'],
    ['empty', ''],
    ['of another shape', '{"sources":[{"source":"shop","hits":-1}]}'],
    ['of another kind', '[1]'],
  ])('survive a file that is %s', async (_, text) => {
    mkdirSync(join(folder, 'savings'));
    writeFileSync(join(folder, 'savings', '2026-11-30.json'), text);
    const savings = open();
    hit(savings);
    expect(await hitsOf(savings)).toBe(1);
    await savings.close();
    expect(complaints).toContain('savings-torn');
    expect(await hitsOf(open())).toBe(1);
    JSON.parse(readFileSync(join(folder, 'savings', '2026-11-30.json'), 'utf8'));
  });

  test('are kept for 400 days, and nothing half written stays', async () => {
    const savings = open();
    hit(savings);
    await savings.write();
    writeFileSync(join(folder, 'savings', '2026-11-30.json.77'), 'half');
    writeFileSync(join(folder, 'savings', 'note.txt'), 'of somebody else');
    clock.time += 399 * DAY;
    hit(savings);
    await savings.write();
    expect(files()).toEqual(['2026-11-30.json', '2028-01-03.json', 'note.txt'].sort());
    expect(await hitsOf(savings)).toBe(1);
    clock.time += DAY;
    hit(savings);
    await savings.write();
    expect(files()).toEqual(['2028-01-03.json', '2028-01-04.json', 'note.txt']);
  });

  test('a folder that takes nothing is told of once, and what was counted is written when it does', async () => {
    // A file stands where the folder should
    writeFileSync(join(folder, 'savings'), '');
    const savings = open();
    for (let turn = 0; turn < 3; turn++) {
      hit(savings);
      await savings.write();
    }
    expect(complaints).toEqual(['savings-not-kept']);
    expect(savings.ledger.pending(clock.time).get('2026-11-30')?.get('shop')?.hits).toBe(3);
    rmSync(join(folder, 'savings'));
    await savings.write();
    expect(await hitsOf(open())).toBe(3);
  });

  test('are written at once where the server is to end, and once more at its end', async () => {
    const savings = open();
    hit(savings);
    await savings.end();
    expect(await hitsOf(open())).toBe(1);
    hit(savings);
    await savings.close();
    expect(await hitsOf(open())).toBe(2);
  });

  test('make no folder that is taken away while the server ends', async () => {
    const savings = open();
    hit(savings);
    await savings.write();
    hit(savings);
    rmSync(join(folder, 'savings'), { recursive: true });
    await savings.close();
    expect([readdirSync(folder), complaints]).toEqual([[], []]);
  });

  test('make no folder that is taken away while a server ends that has written nothing yet', async () => {
    const savings = open();
    hit(savings);
    rmSync(join(folder, 'savings'), { recursive: true });
    await savings.end();
    hit(savings);
    await savings.close();
    expect([readdirSync(folder), complaints]).toEqual([[], []]);
  });

  test('make one that was taken away before', async () => {
    const savings = open();
    hit(savings);
    await savings.write();
    rmSync(join(folder, 'savings'), { recursive: true });
    hit(savings);
    await savings.write();
    expect(await hitsOf(open())).toBe(1);
  });

  test('of nobody’s traffic leave no file', async () => {
    const savings = open({ keeps: false });
    hit(savings);
    expect(await hitsOf(savings)).toBe(1);
    await savings.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('ask other processes first', async () => {
    const savings: Savings = open({
      collect: async () => {
        savings.ledger.add('shop', { ...EMPTY, hits: 5 }, clock.time);
      },
    });
    expect(await hitsOf(savings)).toBe(5);
  });
});

const EMPTY = {
  ...{ hits: 0, misses: 0, notModified: 0, hitBytes: 0, missBytes: 0, originalBytes: 0 },
  ...{ comparedBytes: 0, fixedBytes: 0, measuredBytes: 0 },
};
