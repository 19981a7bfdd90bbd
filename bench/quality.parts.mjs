/**
 * Parts of the quality bench: each answers one question with rows of the table.
 *
 * A row is `{ what, value, bar, ok, note }`; `value` and `bar` are text. `all`
 * are the pictures measured, `few` a fixed subset for what needs sweeps. Results
 * that no search made (`kept`: lossless or the source itself; `flagged`: out of
 * the encoder's reach, and saying so) are counted apart.
 */
import { rasterOf, shownTo, subset } from './quality.corpus.mjs';
import { PASS_BELOW, qualityStepsOf, SETTINGS, Sweep, siblings } from './quality.lab.mjs';
import { distinct, searched } from './quality.runs.mjs';
import {
  geometricMean,
  groupBy,
  mean,
  median,
  percent,
  plain,
  quantile,
  sum,
} from './quality.sums.mjs';

/** Points over the target that are still inside the window. */
const WINDOW_ABOVE = 1.5;

/** What the codec of a client is called. */
const CODECS = { jpeg: 'mozjpeg', webp: 'WebP effort 4', avif: 'AVIF effort 1' };

/** 1. Do results lie in the window? */
export async function windowPart(context) {
  const { runs } = context;
  const rows = await runs.grid({ ...context, pictures: context.all });
  const found = rows.filter(searched);
  const inside = ({ score, target }) =>
    score >= target - PASS_BELOW && score <= target + WINDOW_ABOVE;
  const over = found.filter(({ score, target }) => score > target + WINDOW_ABOVE);
  const low = found.filter(({ score, target }) => score < target - 1);
  const stuck = await noQualityInside(over);
  const share = found.filter(inside).length / found.length;
  const free = found.filter((row) => !stuck.has(row) && !row.raised);
  const kept = rows.filter((row) => !row.outOfReach && !searched(row)).length;
  const flagged = rows.filter(({ kind, outOfReach }) => kind === 'encoded' && outOfReach).length;
  return {
    rows: [
      {
        what: 'Scores within T-0.5 … T+1.5',
        value: percent(share),
        bar: '≥ 95 %',
        ok: share >= 0.95,
        note: `${found.length} renditions; besides ${kept} lossless or nearly, ${flagged} flagged out of reach`,
      },
      {
        what: '… where a quality lies inside and no region was rescued',
        value: percent(free.filter(inside).length / free.length),
        bar: '',
        note: `${over.length} lie above: for ${stuck.size} the next lower quality already fails, ${over.filter(({ raised }) => raised).length} were raised because a region came out badly`,
      },
      {
        what: 'More than a point low, and not flagged',
        value: String(low.length),
        bar: '0',
        ok: low.length === 0,
        note: names(low),
      },
    ],
    byClient: tableOf(
      groupBy(found, ({ client, target }) => `${client} ${target}`),
      (some) => ({
        renditions: some.length,
        within: percent(some.filter(inside).length / some.length),
        'mean score - T': plain(mean(some.map(({ score, target }) => score - target))),
        trials: plain(mean(some.map(({ trials }) => trials))),
      }),
    ),
  };
}

/** The results above the window whose next lower quality fails. */
async function noQualityInside(rows) {
  const stuck = new Set();
  for (const row of rows) {
    const { picture, width, client, target, encoding } = row;
    const sweep = Sweep.of(shownTo(client, await rasterOf(picture, width)));
    const below = qualityStepsOf(encoding.format).findLast((step) => step < encoding.quality);
    const lower = below && (await sweep.at({ ...encoding, quality: below }));
    if (!lower || lower.score < target - PASS_BELOW) stuck.add(row);
  }
  return stuck;
}

/** 3. What does a search cost beside one plain encode? */
export async function costPart(context) {
  const { all, runs, widths, clients, targets } = context;
  const cold = await runs.grid({ ...context, pictures: all });
  const answered = [];
  const refined = [];
  const trainings = [];
  for (const picture of all) {
    const [first, second] = await distinct(picture, widths);
    if (second === undefined) continue;
    for (const client of clients) {
      for (const target of targets) {
        const before = await runs.of(picture, first, client, target);
        const { warmStart } = before;
        const once = { known: 'answered', warmStart };
        answered.push(await runs.of(picture, second, client, target, once));
        const more = await runs.trainedFurther(before);
        if (before.plain > 0) trainings.push({ ...before, spent: more.spent });
        const twice = { known: 'refined', warmStart: more.warmStart };
        refined.push(await runs.of(picture, second, client, target, twice));
      }
    }
  }
  const bars = { jpeg: 3, webp: 3.5, avif: 3.5 };
  const rows = [];
  const of = (some, format) =>
    some.filter((row) => row.format === format && row.kind === 'encoded' && row.plain > 0);
  for (const format of clients) {
    for (const [label, some, bar] of [
      ['cold', of(cold, format), bars[format]],
      [`after ${widths[0]} px was answered`, of(answered, format), 2.2],
      [`after ${widths[0]} px was refined`, of(refined, format), 2.2],
    ]) {
      if (some.length === 0) continue;
      const ratios = some.map(({ spent, plain }) => spent / plain);
      const middle = median(ratios);
      const whole = sum(some.map(({ spent }) => spent)) / sum(some.map((row) => row.plain));
      const target68 = ratios.filter((_, i) => some[i].target === 68);
      rows.push({
        what: `Cost over one plain encode, ${CODECS[format]}, ${label}`,
        value: plain(middle),
        bar: `≤ ${bar.toFixed(1)}`,
        ok: middle <= bar,
        note: `median of ${some.length}; sum over sum ${plain(whole)}; 90th percentile ${plain(quantile(ratios, 0.9))}; T = 68 ${plain(median(target68))}; trials ${plain(mean(some.map(({ trials }) => trials)))}`,
      });
    }
  }
  return {
    rows,
    remark: `Refining one width searches half of it as well, for the others: ${plain(median(trainings.map(({ spent, plain: one }) => spent / one)))} plain encodes, in the background.`,
  };
}

/** 2. How far are the bytes from the smallest that passes? */
export async function oraclePart(context) {
  const { few, runs } = context;
  const rows = (await runs.grid({ ...context, pictures: few })).filter(searched);
  const ratios = [];
  for (const row of rows) {
    const { picture, width, client, target, bytes, encoding } = row;
    if (!('quality' in encoding)) continue;
    context.progress(`oracle ${picture.name} ${width} ${client} ${target}`);
    const sweep = Sweep.of(shownTo(client, await rasterOf(picture, width)));
    let least = Number.POSITIVE_INFINITY;
    for (const settings of siblings(row)) {
      const best = await sweep.smallest(settings, target - PASS_BELOW);
      least = Math.min(least, best?.bytes ?? least);
    }
    const { quality: _, ...own } = encoding;
    const same = await sweep.smallest(own, target - PASS_BELOW);
    ratios.push({ above: bytes / same.bytes - 1, aboveEither: bytes / least - 1, client, target });
  }
  const above = ratios.map((row) => row.above);
  const either = ratios.map((row) => row.aboveEither);
  const average = mean(above);
  const high = quantile(above, 0.95);
  return {
    rows: [
      {
        what: 'Bytes above the oracle, mean',
        value: percent(average),
        bar: '≤ 2 %',
        ok: average <= 0.02,
        note: `${above.length} results; every quality near the target, the same settings otherwise`,
      },
      {
        what: 'Bytes above the oracle, 95th percentile',
        value: percent(high),
        bar: '≤ 6 %',
        ok: high <= 0.06,
        note: `worst ${percent(Math.max(...above))}`,
      },
      {
        what: '… above an oracle that tries either chroma as well',
        value: `${percent(mean(either))}, ${percent(quantile(either, 0.95))}`,
        bar: '',
        note: `worst ${percent(Math.max(...either))}`,
      },
    ],
    byClient: tableOf(
      groupBy(ratios, ({ client, target }) => `${client} ${target}`),
      (some) => {
        const own = some.map((row) => row.above);
        const any = some.map((row) => row.aboveEither);
        return {
          results: some.length,
          'mean above': percent(mean(own)),
          'p95 above': percent(quantile(own, 0.95)),
          'mean, either chroma': percent(mean(any)),
          'p95, either chroma': percent(quantile(any, 0.95)),
        };
      },
    ),
  };
}

/** 4. What does one safe constant take instead? */
export async function fixedPart(context) {
  const { few, runs, widths, targets, clients } = context;
  const bars = { jpeg: 0.15, webp: 0.15, avif: 0.1 };
  const rows = [];
  const pictures = few.filter(({ kind }) => kind === 'photo');
  for (const client of clients) {
    const savings = [];
    for (const target of targets) {
      const found = await fixedAgainstLoop({ context, pictures, width: widths[0], client, target });
      savings.push({ target, ...found });
    }
    const reachable = savings.filter(({ ratio }) => ratio !== undefined);
    const saved = mean(reachable.map(({ ratio }) => 1 - ratio));
    const more = mean(reachable.map(({ ratio }) => 1 / ratio - 1));
    rows.push({
      what: `Fewer bytes than the smallest safe constant, ${CODECS[client]}`,
      value: percent(saved),
      bar: `≥ ${100 * bars[client]} %`,
      ok: saved >= bars[client],
      note: `${reachable.map(({ target, quality, ratio }) => `T ${target}: q${quality}, ${percent(1 - ratio)}`).join('; ')}; the constant takes ${percent(more)} more`,
    });
  }
  return {
    rows,
    remark: `${pictures.length} photographs at ${widths[0]} px (graphics are left out: with 4:2:0 no constant reaches the higher targets on them); geometric mean of the ratio per picture, mean over targets.`,
  };

  async function fixedAgainstLoop({ context, pictures, width, client, target }) {
    const least = target - PASS_BELOW;
    let quality = 0;
    for (const picture of pictures) {
      context.progress(`constant ${picture.name} ${client} ${target}`);
      const sweep = Sweep.of(shownTo(client, await rasterOf(picture, width)));
      const own = await sweep.smallest(SETTINGS[client], least);
      if (own === undefined) return {};
      quality = Math.max(quality, own.quality);
    }
    const ratios = [];
    for (const picture of pictures) {
      const sweep = Sweep.of(shownTo(client, await rasterOf(picture, width)));
      const constant = await sweep.at({ ...SETTINGS[client], quality });
      const { bytes } = await runs.of(picture, width, client, target);
      ratios.push(bytes / constant.bytes);
    }
    return { quality, ratio: geometricMean(ratios) };
  }
}

/** 5. What does it save against the habit of mozjpeg at quality 80? */
export async function habitPart(context) {
  const { all, runs } = context;
  const target = 68;
  const rows = await runs.grid({ ...context, pictures: all, clients: ['avif'], targets: [target] });
  const moz = [];
  for (const { picture, width } of rows) {
    context.progress(`mozjpeg 80 ${picture.name} ${width}`);
    const sweep = Sweep.of(shownTo('jpeg', await rasterOf(picture, width)));
    moz.push(await sweep.at({ ...SETTINGS.jpeg, quality: 80 }));
  }
  const line = (kept, label) => {
    const some = rows.map((row, i) => ({ row, moz: moz[i] })).filter(({ row }) => kept(row));
    const ratios = some.map(({ row, moz }) => row.bytes / moz.bytes);
    const total = 1 - sum(some.map(({ row }) => row.bytes)) / sum(some.map(({ moz }) => moz.bytes));
    const typical = 1 - geometricMean(ratios);
    const score = mean(some.map(({ row }) => row.score));
    return {
      what: `Fewer bytes for an AVIF client at T = 68 than mozjpeg quality 80, ${label}`,
      value: percent(typical),
      bar: '≥ 35 %',
      ok: typical >= 0.35 && score >= target,
      note: `geometric mean; ${percent(total)} of the sum; mean score ${plain(score, 1)} (bar ${target}), lowest ${plain(Math.min(...some.map(({ row }) => row.score)), 1)}; mozjpeg ${plain(mean(some.map(({ moz }) => moz.score)), 1)}, lowest ${plain(Math.min(...some.map(({ moz }) => moz.score)), 1)}`,
    };
  };
  const kinds = new Set(rows.map(({ picture }) => picture.kind));
  return {
    rows: [
      line(() => true, 'all'),
      ...(kinds.size > 1 ? [line(({ picture }) => picture.kind === 'photo', 'photographs')] : []),
    ],
  };
}

/** 6. What does patience buy? */
export async function backgroundPart(context) {
  const { few, runs, clients } = context;
  const pictures = subset(few, 10);
  const targets = context.targets.filter((target) => target >= 60);
  const grid = { pictures, widths: [480], clients, targets };
  const online = await runs.grid(grid);
  const background = await runs.grid({ ...grid, mode: 'background' });
  const pairs = online.map((row, i) => ({ before: row, after: background[i] }));
  const saved = (some) => 1 - geometricMean(some.map((p) => p.after.bytes / p.before.bytes));
  const shift = (some) => mean(some.map(({ before, after }) => after.score - before.score));
  const time = (some) =>
    sum(some.map(({ after }) => after.spent)) / sum(some.map(({ before }) => before.spent));
  const larger = pairs.filter(({ before, after }) => after.bytes > before.bytes);
  const all = saved(pairs);
  const low = background.filter((row) => searched(row) && row.score < row.target - PASS_BELOW);
  return {
    rows: [
      {
        what: 'Fewer bytes in the background than online',
        value: percent(all),
        bar: '≥ 6 %',
        ok: all >= 0.06,
        note: `geometric mean, ${pairs.length} pairs at 480 px, T ${targets.join(' and ')}; scores move by ${plain(shift(pairs))}; ${plain(time(pairs), 1)} × the time; larger in ${larger.length}; below T-0.5 unflagged ${low.length}`,
      },
      ...clients.map((client) => {
        const some = pairs.filter(({ before }) => before.client === client);
        return {
          what: `… for a client of class ${client}`,
          value: percent(saved(some)),
          bar: '',
          note: `scores move by ${plain(shift(some))}; ${plain(time(some), 1)} × the time`,
        };
      }),
    ],
  };
}

function names(rows) {
  return rows
    .slice(0, 6)
    .map(
      ({ picture, width, client, target, score }) =>
        `${picture.name} ${width} ${client} ${target}: ${plain(score, 1)}`,
    )
    .join('; ');
}

/** Groups as rows of a table whose first column is the name of the group. */
function tableOf(groups, columns) {
  return [...groups].map(([name, some]) => ({ 'client and T': name, ...columns(some) }));
}
