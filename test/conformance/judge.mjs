/**
 * What an answer is held against: a check per key of `expect`, each giving the complaints it has.
 *
 * A check gets the value of its key and `at`: the answer, the row, the whole of `expect`, the first
 * answer of the row, what the origin was asked meanwhile, and ways to the source and to other answers.
 */
import { formatOf, mediaTypeOf } from './bytes.mjs';
import { judgePicture, PICTURE_CHECKS, PICTURE_SETTINGS } from './picture.mjs';

/** Signs of the inside of a server, and of HTML, in the text of an error. */
const INDISCREET = 'ECONN|ENOTFOUND|EHOST|ETIMEDOUT|node_modules|\\.(js|ts):\\d|<html';

const one = (good, complaint) => (good ? [] : [complaint]);
const list = (value) => [value].flat();
const matches = (pattern, text) => new RegExp(pattern, 'i').test(text);
const start = (body) => JSON.stringify(body.toString('utf8', 0, 160));

/** Checks that hold for any answer, errors too. */
const ANSWER_CHECKS = {
  headers: (rules, at) =>
    Object.entries(rules).flatMap(([name, rule]) => checkHeader(name.toLowerCase(), rule, at)),
  sameHeaders: (names, { answer, first }) =>
    names.flatMap((name) => {
      const [got, before] = [answer.headers[name], first?.headers[name]];
      return one(got === before, `header ${name} is "${got}", the first answer had "${before}"`);
    }),
  otherHeaders: (names, { answer, first }) =>
    names.flatMap((name) => {
      const [got, before] = [answer.headers[name], first?.headers[name]];
      return one(got !== undefined && got !== before, `header ${name} is "${got}" as it was`);
    }),
  reason: (reason, { answer }) =>
    one(answer.reason === reason, `reason phrase "${answer.reason}", want "${reason}"`),
  bodyLength: (length, { answer }) =>
    one(answer.body.length === length, `${answer.body.length} bytes, want exactly ${length}`),
  bodyMatch: (pattern, { answer }) =>
    one(matches(pattern, answer.body.toString()), `no /${pattern}/ in body ${start(answer.body)}`),
  bodyNotMatch: (pattern, { answer }) =>
    one(
      !matches(pattern, answer.body.toString('latin1')),
      `/${pattern}/ in body ${start(answer.body)}`,
    ),
  discreet: (_, at) => ANSWER_CHECKS.bodyNotMatch(INDISCREET, at),
  json: (fields, { answer }) =>
    Object.entries(fields).flatMap(([path, value]) => {
      const [got, want] = [fieldOf(answer.body, path), JSON.stringify(value)];
      return one(got === want, `json ${path} is ${got}, want ${want}`);
    }),
  origin(target, { asked, fill }) {
    const targets = asked.map((request) => request.target);
    const wanted = target === null ? [] : list(fill(target));
    const good =
      target === null ? targets.length === 0 : wanted.every((it) => targets.includes(it));
    return one(good, `the origin was asked for [${targets}], want [${wanted}]`);
  },
  originNot: (pattern, { asked }) =>
    one(
      !asked.some(({ target }) => new RegExp(pattern).test(target)),
      `the origin was asked for ${asked.map(({ target }) => target)}, want no /${pattern}/`,
    ),
  originHeaders(rules, { asked }) {
    if (asked.length === 0) return ['the origin was not asked'];
    return Object.entries(rules).flatMap(([name, rule]) => {
      const got = asked.at(-1).headers[name];
      const good =
        rule === null ? got === undefined : got !== undefined && matches(rule.match, got);
      return one(good, `the origin received ${name} "${got}", want ${JSON.stringify(rule)}`);
    });
  },
};

/** Checks of the bytes of a picture or a document. */
const BODY_CHECKS = {
  format(formats, { format }) {
    return one(list(formats).includes(format), `format ${format}, want ${list(formats)}`);
  },
  bytesMax: (most, { answer }) =>
    one(answer.body.length <= most, `${answer.body.length} bytes, want at most ${most}`),
  bytesMaxOfSource(share, { answer, source }) {
    const most = source().length * share;
    return one(answer.body.length <= most, `${answer.body.length} bytes, want at most ${most}`);
  },
  sameBytesAsSource: (_, { answer, source }) =>
    one(answer.body.equals(source()), 'the bytes are not those of the source'),
  async smallerThan(request, { answer, other }) {
    const { status, body } = await other(request);
    const good = status === 200 && answer.body.length < body.length;
    return one(good, `${answer.body.length} bytes, want fewer than ${body.length} (${status})`);
  },
  async sameBytesAs(request, { answer, other }) {
    const { status, body } = await other(request);
    return one(status === 200 && answer.body.equals(body), `the bytes are not those (${status})`);
  },
};

/** Keys of `expect` that are known. */
export const EXPECTATIONS = new Set([
  'status',
  ...Object.keys(ANSWER_CHECKS),
  ...Object.keys(BODY_CHECKS),
  ...Object.keys(PICTURE_CHECKS),
  ...PICTURE_SETTINGS,
]);

/** Everything that is wrong with an answer, in words. */
export async function judge(at) {
  const { answer, expect } = at;
  const statuses = list(expect.status ?? 200);
  if (!statuses.includes(answer.status)) {
    return [`status ${answer.status}, want ${statuses.join(' or ')}: ${start(answer.body)}`];
  }
  const complaints = await run(ANSWER_CHECKS, expect, at);
  if (answer.status >= 300 || at.method === 'HEAD') return complaints;
  const format = formatOf(answer.body);
  const type = answer.headers['content-type'] ?? '';
  const wanted = mediaTypeOf(format);
  return [
    ...complaints,
    ...one(wanted === undefined || type.startsWith(wanted), `type ${type}, but it is ${format}`),
    ...(await run(BODY_CHECKS, expect, { ...at, format })),
    ...(await judgePicture({ ...at, format })),
  ];
}

/** The complaints of all checks that `expect` names. */
async function run(checks, expect, at) {
  const named = Object.keys(checks).filter((key) => expect[key] !== undefined);
  return (await Promise.all(named.map((key) => checks[key](expect[key], at)))).flat();
}

/**
 * A header against a text, null for none, `{ not }` or `{ match, min, max }`, where the bounds are
 * those of the first group. `{length}` and `{source-length}` are the bytes of answer and source.
 */
function checkHeader(name, rule, { answer, method, source }) {
  const got = answer.headers[name];
  const want = (text) => `header ${name} is ${JSON.stringify(got)}, want ${text}`;
  if (rule === null) return one(got === undefined, want('none'));
  if (typeof rule === 'string') return one(got === rule, want(`"${rule}"`));
  if (rule.not !== undefined) return one(!matches(rule.not, got ?? ''), want(`no /${rule.not}/`));
  const length = method === 'HEAD' ? answer.headers['content-length'] : answer.body.length;
  const pattern = rule.match
    .replaceAll('{length}', length)
    .replaceAll('{source-length}', () => source().length);
  const found = got === undefined ? null : new RegExp(pattern, 'i').exec(got);
  if (found === null) return [want(`/${pattern}/`)];
  const number = Number(found[1]);
  return [
    ...one(rule.min === undefined || number >= rule.min, want(`at least ${rule.min}`)),
    ...one(rule.max === undefined || number <= rule.max, want(`at most ${rule.max}`)),
  ];
}

/** A field of a JSON text by its path, as JSON. */
function fieldOf(body, path) {
  try {
    const document = JSON.parse(body.toString());
    return JSON.stringify(path.split('.').reduce((value, key) => value?.[key], document));
  } catch {
    return 'not JSON';
  }
}
