/**
 * The command `optimize`: folders of pictures made smaller, without a server.
 *
 * The workers and the search are those of the server, with all the time that refining has. A bounded number
 * of pictures is under way, so that memory does not grow with the folder. A run that was ended, in whatever way,
 * goes on where it was.
 */
import { sep } from 'node:path';
import { HOW_TO_WRITE_JXL } from '../../dialects/negotiation.ts';
import { createOptimizer, type Optimizer } from '../../library/create-optimizer.ts';
import { missingEncoders } from '../../vips/optional/missing-encoders.ts';
import { printable } from '../printable.ts';
import { ProgressBar } from '../replay/progress-bar.ts';
import type { Surroundings } from '../surroundings.ts';
import { UsageError } from '../usage-error.ts';
import { type Found, type FoundPicture, findPictures, realFolder } from './find-pictures.ts';
import { type Making, makeFiles, type Outcome } from './make-files.ts';
import { Manifest } from './manifest.ts';
import type { OptimizeFlags } from './optimize-flags.ts';
import {
  checkText,
  outcomeLine,
  reportText,
  savedPercent,
  skippedText,
  type Totals,
  totalsOf,
} from './optimize-report.ts';
import { outputName, stemsOf } from './output-names.ts';
import { watchFolders } from './watch-folders.ts';

/** Pictures under way beside those that workers have in hand: they are being read or written. */
const READ_AHEAD = 1;

/** Makes pictures smaller; true where all is well. @throws UsageError, system errors */
export async function optimize(
  named: readonly string[],
  flags: OptimizeFlags,
  around: Surroundings,
): Promise<boolean> {
  const stop = new AbortController();
  void around.stopped.then(() => stop.abort(new Error('stopped')));
  checkEncoders(flags);
  if (flags.dryRun) return await dryRun(named, flags, around);
  const optimizer = createOptimizer({ jobs: flags.jobs });
  stop.signal.addEventListener('abort', () => void optimizer.close(), { once: true });
  try {
    const run = () => once(named, flags, optimizer, stop.signal, around);
    if (!flags.watch) return await run();
    const out = await realFolder(flags.out);
    await watchFolders(named, out, stop.signal, run, () =>
      around.err('Watching for changes; stop it with Ctrl+C.\n'),
    );
    return true;
  } finally {
    await optimizer.close();
  }
}

/** @throws UsageError for a format whose encoder is not installed */
function checkEncoders({ formats }: OptimizeFlags): void {
  const missing = missingEncoders();
  if (missing.includes('jxl') && formats.some((some) => some.includes('jxl'))) {
    throw new UsageError([`expected an encoder for jxl, got none: ${HOW_TO_WRITE_JXL}`]);
  }
}

/** One pass over all pictures. */
async function once(
  named: readonly string[],
  flags: OptimizeFlags,
  optimizer: Optimizer,
  signal: AbortSignal,
  around: Surroundings,
): Promise<boolean> {
  const { check, json, out: folder } = flags;
  const out = await realFolder(folder);
  const manifest = await Manifest.open(flags.manifest, out);
  const began = performance.now();
  const found = withoutResults(await findPictures(named, out), out, manifest, check);
  const { pictures } = found;
  const stems = stemsSaid(found, around);
  const making: Making = {
    ...{ optimizer, manifest, out, check, signal },
    ...{
      settings: flags.settings,
      formats: flags.formats,
      widths: flags.widths,
      force: flags.force,
    },
    sources: new Set(pictures.map(({ path }) => path)),
  };
  const outcomes: Outcome[] = [];
  const bar = new ProgressBar(around, 'pictures');
  let done = 0;
  try {
    await inTurn(pictures, flags.jobs + READ_AHEAD, signal, async (picture) => {
      for await (const outcome of makeFiles(picture, stems.get(picture.name) ?? '', making)) {
        outcomes.push(outcome);
        if (outcome.status === 'failed') bar.say(outcomeLine(outcome));
        else if (!around.interactive && outcome.status === 'made') around.err(outcomeLine(outcome));
      }
      if (around.interactive) bar.show(++done / pictures.length, done);
    });
  } finally {
    bar.end();
    if (!check) await manifest.save();
  }
  outcomes.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
  const totals = totalsOf(outcomes, performance.now() - began);
  around.out(json ? jsonText(found, outcomes, totals) : textOf(outcomes, totals, flags));
  if (signal.aborted) {
    around.err('Stopped; the same command goes on from here.\n');
    return false;
  }
  if (pictures.length === 0) around.err('No picture was found.\n');
  const well = pictures.length > 0 && totals.failed === 0 && found.missing.length === 0;
  return well && (!check || savedPercent(totals) <= flags.threshold);
}

function textOf(outcomes: readonly Outcome[], totals: Totals, flags: OptimizeFlags): string {
  return flags.check
    ? checkText(outcomes, totals, flags.threshold)
    : reportText(outcomes, totals, flags.out);
}

function jsonText({ root, skipped, missing }: Found, results: Outcome[], totals: Totals): string {
  const saved = { ...totals, savedPercent: savedPercent(totals) };
  return `${JSON.stringify({ root, results, skipped, missing, totals: saved }, null, 2)}\n`;
}

/** What would be made, without a worker. */
async function dryRun(
  named: readonly string[],
  flags: OptimizeFlags,
  around: Surroundings,
): Promise<boolean> {
  const out = await realFolder(flags.out);
  const manifest = await Manifest.open(flags.manifest, out);
  const found = withoutResults(await findPictures(named, out), out, manifest, false);
  const stems = stemsSaid(found, around);
  const results = found.pictures.map(({ name, bytes }) => ({
    source: name,
    before: bytes,
    files: plannedNames(stems.get(name) ?? '', flags),
  }));
  if (flags.json) {
    const { root, skipped, missing } = found;
    around.out(`${JSON.stringify({ root, results, skipped, missing }, null, 2)}\n`);
  } else {
    for (const { source, files } of results) {
      around.out(`${printable(`${source} -> ${files.join(', ')}`)}\n`);
    }
    around.out(`${results.length} pictures would be worked on; nothing was written.\n`);
  }
  return results.length > 0 && found.missing.length === 0;
}

/** `auto` is decided by the picture: any of its formats is shown. */
function plannedNames(stem: string, { formats, widths }: OptimizeFlags): string[] {
  return formats.flatMap((some) => {
    const extension = some.length === 1 && some[0] !== 'source' ? String(some[0]) : '*';
    const sizes = widths.length > 0 ? widths : [undefined];
    return sizes.map((width) => outputName(stem, extension.replace('jpeg', 'jpg'), width));
  });
}

/** Results of this command are not worked on again. */
function withoutResults(found: Found, out: string, manifest: Manifest, check: boolean): Found {
  const isResult = ({ path }: FoundPicture) =>
    path.startsWith(out + sep) &&
    manifest.lists(
      path
        .slice(out.length + 1)
        .split(sep)
        .join('/'),
    );
  // A check says of them that they are good
  const pictures = check ? found.pictures : found.pictures.filter((one) => !isResult(one));
  return { ...found, pictures };
}

/** The names of results, and a word on what was passed over. */
function stemsSaid(found: Found, { err }: Surroundings): ReadonlyMap<string, string> {
  for (const { name, reason } of found.missing) err(`${printable(name)}: ${reason}\n`);
  err(skippedText(found.skipped));
  const { stems, collided } = stemsOf(found.pictures.map(({ name }) => name));
  if (collided.length > 0) {
    const names = collided.slice(0, 6).join(', ');
    err(
      `Some results would have one name and keep the whole name of their picture: ${printable(names)}\n`,
    );
  }
  return stems;
}

/** Runs `work` for every item, `count` at a time, until a signal fires. */
async function inTurn<T>(
  items: readonly T[],
  count: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < items.length && !signal.aborted) {
      const item = items[next++];
      if (item !== undefined) await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, one));
}
