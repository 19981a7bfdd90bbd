/**
 * Compiled URL: what parameters mean for a picture: its URL, the plan, remarks,
 * and the same said in the other dialects.
 */
import { isFault } from '../../base/fault.ts';
import { DIALECTS } from '../../dialects/all.ts';
import type { Compiled, DialectSettings } from '../../dialects/dialect.ts';
import { otherWords } from '../../dialects/phrasing/other-words.ts';
import type { FormatName } from '../../image/format.ts';
import { canonicalize } from '../../plan/canonicalize.ts';
import type { Plan } from '../../plan/plan.ts';
import { printPlan } from '../../plan/print.ts';
import type { CompiledUrl, DialectName, Given, OtherUrl, Widths } from './shapes.ts';
import { targetOf } from './url-parts.ts';

/** Widths of a srcset, in pixels. */
const WIDTHS = [320, 480, 640, 960, 1280, 1920, 2560];

/** What a question is compiled by. */
export interface Compiling {
  readonly settings: DialectSettings;
  readonly name: string;
  /** Width of the picture in pixels. */
  readonly width: number;
  readonly accepts: readonly FormatName[];
  readonly now: number;
}

/** The plan of parameters. @throws Fault where the service would refuse them */
export function compiledFrom(
  dialect: DialectName,
  values: Given,
  { settings, name, accepts, now }: Compiling,
): Compiled {
  const target = targetOf(dialect, values, name);
  const accept = accepts.map((format) => `image/${format}`).join(',');
  const headers = accept === '' ? {} : { accept };
  const request = { method: 'GET', target, headers, accepts: new Set(accepts), now } as const;
  return DIALECTS[dialect].compile({ ...request, upload: false }, settings);
}

export function compiledUrl(dialect: DialectName, values: Given, by: Compiling): CompiledUrl {
  const urlOf = (given: Given) => `/${dialect}${targetOf(dialect, given, by.name)}`;
  const widthsOf = (given: Given): Widths =>
    WIDTHS.filter((width) => width <= by.width).map(
      (width) => [width, urlOf(atWidth(dialect, given, width))] as const,
    );
  const formats = ['avif', 'webp'].flatMap((format) => {
    const given = inFormat(dialect, values, format);
    return given === undefined ? [] : [{ format, widths: widthsOf(given) }];
  });
  const widths = widthsOf(values);
  const said = { dialect, values, url: urlOf(values), widths, formats };
  try {
    const { plan, diagnostics } = compiledFrom(dialect, values, by);
    const others = DIALECT_NAMES.filter((name) => name !== dialect).flatMap((name) =>
      otherOf(name, plan, by),
    );
    return { ...said, others, diagnostics, plan: printPlan(canonicalize(plan)).split('\n') };
  } catch (error) {
    if (!isFault(error)) throw error;
    const { code, message } = error;
    return { ...said, others: [], diagnostics: [], refusal: { code, message } };
  }
}

const DIALECT_NAMES = ['fastly', 'imgix', 'imageoptim'] as const;

/** None where the other service would refuse what comes nearest. */
function otherOf(dialect: DialectName, plan: Plan, by: Compiling): OtherUrl[] {
  try {
    const words = otherWords(plan, dialect, (values) => compiledFrom(dialect, values, by).plan);
    const url = `/${dialect}${targetOf(dialect, words.values, by.name)}`;
    return [{ ...words, dialect, url }];
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}

/** The same parameters in a format by its name; undefined where the dialect cannot name it. */
function inFormat(dialect: DialectName, values: Given, format: string): Given | undefined {
  if (dialect === 'imageoptim') return undefined;
  if (dialect === 'fastly') {
    return [...values.filter(([name]) => name !== 'format' && name !== 'auto'), ['format', format]];
  }
  const others = values.flatMap(([name, text]): Given => {
    if (name === 'fm') return [];
    if (name !== 'auto') return [[name, text]];
    const left = text.split(',').filter((word) => word !== 'format');
    return left.length === 0 ? [] : [[name, left.join(',')]];
  });
  return [...others, ['fm', format]];
}

/** The same parameters at another width; heights follow where both were given. */
function atWidth(dialect: DialectName, values: Given, width: number): Given {
  const drop = { fastly: ['width', 'height', 'dpr'], imgix: ['w', 'h', 'dpr'] };
  if (dialect === 'imageoptim') {
    const size = values.find(([name]) => name === 'size')?.[1] ?? '';
    const [w = 0, h] = size.split('x').map(Number);
    const height = h === undefined || !(w > 0) ? '' : `x${Math.round((h * width) / w)}`;
    const others = values.filter(([name]) => !['size', 'full', 'density'].includes(name));
    return [['size', `${width}${height}`], ...others];
  }
  const [wide = '', high = ''] = drop[dialect];
  const numberOf = (name: string) => Number(values.find(([one]) => one === name)?.[1]);
  const ratio = numberOf(high) / numberOf(wide);
  const height: Given =
    ratio > 0 && Number.isFinite(ratio) ? [[high, `${Math.round(width * ratio)}`]] : [];
  const others = values.filter(([name]) => !drop[dialect].includes(name));
  return [[wide, `${width}`], ...height, ...others];
}
