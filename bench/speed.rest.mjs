/** Start, memory, strangers on the machine, a burst for one address, and clients that take JPEG XL. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mean, median } from './quality.sums.mjs';
import { pause } from './server.mjs';
import {
  ACCEPT,
  ask,
  askAtOnce,
  inFlight,
  receipt,
  startFovea,
  webOrigin,
} from './speed.client.mjs';
import { startOrigin } from './speed.sources.mjs';
import { memoryOf, peakOf, processorTime } from './speed.tree.mjs';

const MEGABYTE = 1e6;
/** Pictures that a server makes before it is timed: by then most of its code is compiled (speed.misses.mjs). */
const WARM_UP = 40;
const PLAIN = fileURLToPath(new URL('./speed.plain.mjs', import.meta.url));

/** From the start of the process to the first picture, and memory at rest and at its peak. */
export async function start({ photos, rounds }) {
  const photo = photos.toSorted((a, b) => a.megapixels - b.megapixels)[0];
  const large = photos
    .filter(({ progressive }) => progressive)
    .sort((a, b) => b.megapixels - a.megapixels)[0];
  const origin = await startOrigin(photos);
  const figures = { first: [], plain: [], rest: [], peak: [], processor: [] };
  try {
    for (let round = 0; round < rounds; round++) {
      figures.plain.push(await plainStart(photo));
      const begin = performance.now();
      const fovea = await startFovea(webOrigin(origin), { workers: 2 }, {}, { ready: false });
      try {
        // Like plain sharp, it is asked as soon as it listens
        await ask(fovea.port, `/imgix/${round}/${photo.name}?w=512&fm=jpg&q=80`);
        figures.first.push(performance.now() - begin);
        figures.processor.push(processorTime(fovea.pid));
      } finally {
        await fovea.stop();
      }
      const rested = await startFovea(webOrigin(origin), { workers: 2 });
      try {
        await pause(3000);
        figures.rest.push(memoryOf(rested.pid));
        await untilTested(rested);
        const path = `/imgix/${round}/${large.name}?w=512&fm=jpg&q=80`;
        figures.peak.push(await peakOf(rested.pid, () => ask(rested.port, path)));
      } finally {
        await rested.stop();
      }
    }
  } finally {
    await origin.stop();
  }
  const megabytes = (values) => median(values) / MEGABYTE;
  const note = `plain sharp behind node:http ${median(figures.plain).toFixed(0)} ms; ${median(figures.processor).toFixed(0)} ms of processor time`;
  return {
    rows: [
      {
        what: 'start to the first picture',
        value: median(figures.first) / 1000,
        bar: 0.5,
        unit: ' s',
        note,
      },
      {
        what: 'memory at rest (PSS, 2 workers)',
        value: megabytes(figures.rest),
        bar: 110,
        unit: ' MB',
        note: '3 s after the start',
      },
      {
        what: `peak memory (PSS), ${large.megapixels.toFixed(0)} MP progressive JPEG to 512 px`,
        value: megabytes(figures.peak),
        bar: 260,
        unit: ' MB',
        note: `${large.name}; once the process of the self-test has ended`,
      },
    ],
  };
}

/** Waits until the process that tries encoders after the start, once, has come and gone. */
async function untilTested({ workers }) {
  const [begun, over] = [Date.now() + 5000, Date.now() + 120_000];
  while (workers().length <= 2 && Date.now() < begun) await pause(20);
  while (workers().length > 2 && Date.now() < over) await pause(50);
}

async function plainStart(photo) {
  const begin = performance.now();
  const child = spawn(process.execPath, [PLAIN, '--serve', photo.file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    await ask(JSON.parse(line).port, '/');
    return performance.now() - begin;
  } finally {
    child.kill('SIGKILL');
  }
}

/** First answers while four strangers a core want the processor all the time. */
export async function strangers({ photos, rounds }) {
  const origin = await startOrigin(photos);
  const fovea = await startFovea(webOrigin(origin));
  const seconds = 900;
  const burn = `const end = Date.now() + ${seconds * 1000}; while (Date.now() < end);`;
  let children = [];
  try {
    let serial = 0;
    const best = new Map();
    const answers = [];
    const paths = photos.flatMap(({ name }) =>
      ['avif', 'webp', 'jpeg'].map((client) => ({ name, client })),
    );
    const asked = async ({ name, client }) => {
      const path = `/fastly/${++serial}/${name}?width=640&format=auto&optimize=medium`;
      const answer = await ask(fovea.port, path, ACCEPT[client]);
      return {
        format: receipt(answer, 'format'),
        mode: receipt(answer, 'mode'),
        cut: receipt(answer, 'cut-short') !== undefined,
      };
    };
    for (const path of paths) best.set(path.name + path.client, (await asked(path)).format);
    children = Array.from({ length: 4 * cpus().length }, () =>
      spawn(process.execPath, ['-e', burn], { stdio: 'ignore' }),
    );
    for (let round = 0; round < Math.max(1, rounds - 1); round++) {
      await inFlight(paths, 2, async (path) => {
        const answer = await asked(path);
        answers.push({ ...answer, best: answer.format === best.get(path.name + path.client) });
      });
    }
    const share = (test) => 100 * mean(answers.map((answer) => (test(answer) ? 1 : 0)));
    const searched = share(({ mode, cut }) => mode === 'online' && !cut);
    const note = `${answers.length} first answers`;
    return {
      rows: [
        {
          what: 'first answers searched, 4 strangers a core',
          value: searched,
          bar: 97,
          least: true,
          unit: ' %',
          note: `${note}; not guessed, not cut short`,
        },
        {
          what: 'first answers in the format of an idle machine, 4 strangers a core',
          value: share(({ best }) => best),
          bar: 99,
          least: true,
          unit: ' %',
          note,
        },
      ],
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await fovea.stop();
    await origin.stop();
  }
}

/** Two hundred clients at once for one address that nobody has asked for. */
export async function burst({ photos, rounds }) {
  const photo = photos.toSorted((a, b) => a.megapixels - b.megapixels)[0];
  const origin = await startOrigin(photos);
  const fovea = await startFovea(webOrigin(origin));
  const ratios = [];
  const fetches = [];
  try {
    const path = (serial) => `/imgix/${serial}/${photo.name}?w=512&fm=webp&q=80`;
    for (let i = 0; i < WARM_UP; i++) await ask(fovea.port, path(1000 + i));
    for (let round = 0; round < rounds * 3; round++) {
      const one = await askAtOnce(fovea.port, path(2000 + round), 1);
      const asked = origin.asked();
      ratios.push((await askAtOnce(fovea.port, path(3000 + round), 200)) / one);
      fetches.push(origin.asked() - asked);
    }
  } finally {
    await fovea.stop();
    await origin.stop();
  }
  return {
    rows: [
      {
        what: '200 at once for one new address: time over one miss',
        value: median(ratios),
        bar: 1.5,
        note: `${Math.max(...fetches)} fetch of the source at most`,
      },
    ],
  };
}

/** What a client that takes JPEG XL gets first, over what one that takes AVIF gets. */
export async function jxl({ photos, rounds }) {
  const origin = await startOrigin(photos);
  const formats = ['jxl', 'avif', 'webp'];
  const fovea = await startFovea(webOrigin(origin), {}, { formats });
  const cells = { jxl: { times: [], bytes: [] }, avif: { times: [], bytes: [] } };
  let serial = 0;
  const seen = new Set();
  try {
    for (let round = -Math.ceil(WARM_UP / photos.length); round < rounds; round++) {
      for (const client of round % 2 ? ['avif', 'jxl'] : ['jxl', 'avif']) {
        const before = processorTime(fovea.pid);
        let bytes = 0;
        await inFlight(photos, 2, async ({ name }) => {
          const answer = await ask(
            fovea.port,
            `/fastly/${++serial}/${name}?width=800&format=auto&optimize=medium`,
            ACCEPT[client],
          );
          bytes += answer.body.length;
          if (client === 'jxl') seen.add(receipt(answer, 'format'));
        });
        if (round < 0) continue;
        cells[client].times.push((processorTime(fovea.pid) - before) / photos.length);
        cells[client].bytes.push(bytes / photos.length);
      }
    }
  } finally {
    await fovea.stop();
    await origin.stop();
  }
  const ratio = (field) => median(cells.jxl[field].map((value, i) => value / cells.avif[field][i]));
  const note = `800 px, optimize=medium; formats: ${[...seen].join(', ')}`;
  return {
    rows: [
      {
        what: 'client of JPEG XL, first answers: time over that of AVIF',
        value: ratio('times'),
        bar: 0.6,
        note,
      },
      {
        what: 'client of JPEG XL, first answers: bytes over those of AVIF',
        value: ratio('bytes'),
        bar: 1.05,
        note,
      },
    ],
  };
}
