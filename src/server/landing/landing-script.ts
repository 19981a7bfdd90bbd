/**
 * The script of the landing page: the bytes and format that each picture
 * really took, and the better one that the server makes meanwhile.
 *
 * A first answer says by a short `max-age` that a better one is coming. It is
 * asked for with HEAD and the ETag, a bounded number of times, so that the
 * figures on the page are those of the picture on the page.
 */
export const SCRIPT = `
// What browsers of three generations accept; the one whose bytes the picture took is this browser's
const ACCEPTS = ['image/avif,image/webp,*/*', 'image/webp,*/*', '*/*'];
const POLLS = 24;
const LONGEST_WAIT = 15;
const SHORT = 60;

const kilobytes = (bytes) => (bytes / 1000).toFixed(bytes < 100000 ? 1 : 0) + ' kB';
const share = (now, old) => Math.round(100 * (1 - now / old)) + ' % smaller';
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

function factsOf(response, accept) {
  const { headers, status } = response;
  const receipt = Object.fromEntries((headers.get('fovea') ?? '').split(', ').map((field) => field.split('=')));
  return {
    accept, status, receipt,
    etag: headers.get('etag'),
    bytes: Number(headers.get('content-length')),
    type: (headers.get('content-type') ?? '').replace('image/', '').toUpperCase(),
    better: Number(/max-age=(\\d+)/.exec(headers.get('cache-control') ?? '')?.[1] ?? 0) <= SHORT,
  };
}

async function head(url, accept, etag) {
  const validator = etag ? { 'if-none-match': etag } : {};
  const response = await fetch(url, { method: 'HEAD', cache: 'no-store', headers: { accept, ...validator } });
  if (!response.ok && response.status !== 304) throw new Error(String(response.status));
  return factsOf(response, accept);
}

// The answer that the browser was given for a picture, found by its length
async function shown(img) {
  if (!img.complete) await new Promise((resolve, reject) => { img.onload = resolve; img.onerror = reject; });
  if (img.naturalWidth === 0) throw new Error('no picture');
  const took = performance.getEntriesByName(img.currentSrc).at(-1)?.encodedBodySize;
  let first;
  for (const accept of ACCEPTS) {
    const found = await head(img.src, accept);
    if (!took || found.bytes === took) return found;
    first ??= found;
  }
  return first;
}

function describe(output, facts, old, note) {
  const saved = document.createElement('b');
  saved.textContent = share(facts.bytes, old);
  const { quality, score, target, trials } = facts.receipt;
  const lines = [
    quality && 'quality ' + quality,
    score && target && 'score ' + score + ' for a target of ' + target,
    trials && trials + (trials === '1' ? ' trial' : ' trials'),
  ].filter(Boolean).join(', ');
  const receipt = document.createElement('small');
  receipt.textContent = [lines, note].filter(Boolean).join('. ') + '.';
  output.replaceChildren(facts.type + ', ' + kilobytes(facts.bytes) + ', ', saved, receipt);
}

async function follow(img, output, facts, old) {
  const url = img.src;
  let current = facts;
  for (let poll = 0; poll < POLLS && current.better; poll++) {
    describe(output, current, old, 'First answer; the server is making a better one');
    await wait(Math.min(2 * 1.3 ** poll, LONGEST_WAIT));
    const found = await head(url, current.accept, current.etag);
    if (found.status === 304) {
      current = { ...current, better: found.better };
      continue;
    }
    const picture = await fetch(url, { cache: 'reload', headers: { accept: current.accept } });
    img.src = URL.createObjectURL(await picture.blob());
    current = factsOf(picture, current.accept);
  }
  if (current.better) describe(output, current, old, 'First answer; reload later for a better one');
  else if (current.etag === facts.etag) describe(output, current, old);
  else describe(output, current, old, 'Refined; the first answer was ' + facts.type + ', ' + kilobytes(facts.bytes));
}

for (const pair of document.querySelectorAll('.pair')) {
  const [before, after] = [...pair.querySelectorAll('figure')].map((figure) => ({
    figure, img: figure.querySelector('img'), output: figure.querySelector('output'),
  }));
  for (const { figure, output } of [before, after]) {
    figure.setAttribute('aria-busy', 'true');
    output.textContent = 'on its way';
  }
  after.output.textContent = 'being made';
  const settle = ({ figure }) => figure.removeAttribute('aria-busy');
  const fail = (side) => { settle(side); side.output.textContent = 'could not be loaded'; };
  const old = shown(before.img);
  old.then((facts) => {
    settle(before);
    before.output.textContent = facts.type + ', ' + kilobytes(facts.bytes);
  }).catch(() => fail(before));
  shown(after.img).then(async (facts) => {
    settle(after);
    await follow(after.img, after.output, facts, (await old).bytes);
  }).catch(() => fail(after));
}
`;
