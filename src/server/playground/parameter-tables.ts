/**
 * Parameter tables: the tables of the dialects as the form of the playground needs them.
 *
 * Which control fits a parameter is found out by asking its own reader, so a
 * new row of a table has its place in the form without a line here.
 */
import { DIALECTS } from '../../dialects/all.ts';
import { ANIMATION_PARAMS } from '../../dialects/imgix/params/animation.ts';
import { COMPOSITION_PARAMS } from '../../dialects/imgix/params/composition.ts';
import { GRADIENT_PARAMS } from '../../dialects/imgix/params/gradient.ts';
import { LOOK_PARAMS } from '../../dialects/imgix/params/look.ts';
import { OUTPUT_PARAMS } from '../../dialects/imgix/params/output.ts';
import { SIZE_PARAMS } from '../../dialects/imgix/params/size.ts';
import { TEXT_PARAMS } from '../../dialects/imgix/params/text.ts';
import type { Param, ParamTable } from '../../dialects/params.ts';
import type { Control, DialectName, DialectTable } from './shapes.ts';

const TITLES: Readonly<Record<DialectName, string>> = {
  fastly: 'Fastly Image Optimizer',
  imgix: 'imgix',
  imageoptim: 'ImageOptim',
};

/** Groups in the order of the form. */
const GROUPS = [
  'Size',
  'Crop',
  'Look',
  'Text and pictures',
  'Animation',
  'Output',
  'Others',
] as const;
type Group = (typeof GROUPS)[number];

const NAMES: Readonly<Record<Exclude<DialectName, 'imgix'>, Partial<Record<Group, string>>>> = {
  fastly: {
    Size: 'width height fit dpr enable disable resize-filter orient pad canvas bg-color',
    Crop: 'crop precrop trim trim-color',
    Look: 'blur brightness contrast saturation sharpen bw',
    Animation: 'frame level profile',
    Output: 'format auto quality optimize metadata viewbox',
  },
  imageoptim: {
    Size: 'size full density scale-down fit pad stretch bgcolor',
    Crop: 'crop trim',
    Output: 'quality format meta timeout',
  },
};

/** Of imgix, whose table has its groups. */
const TABLES: readonly (readonly [Group, ParamTable])[] = [
  ['Size', SIZE_PARAMS],
  ['Look', LOOK_PARAMS],
  ['Look', GRADIENT_PARAMS],
  ['Text and pictures', COMPOSITION_PARAMS],
  ['Text and pictures', TEXT_PARAMS],
  ['Animation', ANIMATION_PARAMS],
  ['Output', OUTPUT_PARAMS],
];

/** Of the sizes of imgix, what cuts. */
const CUTS = /^(crop|rect|trim|fp-|facearea|faceindex|facepad|ar$)/;

/** The tables of all dialects. */
export function parameterTables(): DialectTable[] {
  return (Object.keys(TITLES) as DialectName[]).map((name) => ({
    name,
    title: TITLES[name],
    parameters: Object.entries(DIALECTS[name].params)
      .map(([param, row]) => rowOf(name, param, row))
      .sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group)),
  }));
}

function rowOf(dialect: DialectName, name: string, param: Param<unknown>) {
  const { aliases, values, fallback, doc, note, support } = param;
  return {
    ...{ name, group: groupOf(dialect, name), aliases, values, fallback, doc, support },
    ...(note === undefined ? {} : { note }),
    control: controlOf(param),
  };
}

function groupOf(dialect: DialectName, name: string): Group {
  if (dialect !== 'imgix') {
    const found = Object.entries(NAMES[dialect]).find(([, names]) =>
      names.split(' ').includes(name),
    );
    return (found?.[0] as Group | undefined) ?? 'Others';
  }
  const group = TABLES.find(([, table]) => Object.hasOwn(table, name))?.[0] ?? 'Others';
  return group === 'Size' && CUTS.test(name) ? 'Crop' : group;
}

const reads = ({ read }: Param<unknown>, text: string) => {
  const { value, expected } = read(text);
  return value !== undefined && expected === undefined;
};

/** The control for a parameter, by what its reader takes. */
export function controlOf(param: Param<unknown>): Control {
  const { values } = param;
  if (values === 'the word alone') return { kind: 'flag' };
  const range = /^(a whole number|a number) from (-?[\d.]+) to (-?[\d.]+)$/.exec(values);
  if (range) {
    const [, noun, min = '0', max = '0'] = range;
    return { kind: 'number', min: Number(min), max: Number(max), whole: noun === 'a whole number' };
  }
  const words = values
    .replace(/^(one of|a list of) /, '')
    .replace(/ or /g, ', ')
    .split(/,\s*/)
    .map((word) => word.trim());
  const plain = words.filter((word) => /^[\w.:-]{1,24}$/.test(word) && reads(param, word));
  if (plain.length > 0 && plain.length === words.length) {
    const [one = '', other = one] = plain;
    return {
      kind: 'choice',
      words: plain,
      several: one !== other && reads(param, `${one},${other}`),
    };
  }
  const colored = ['ff8800', 'f80'].every((text) => reads(param, text)) && !reads(param, 'zz');
  return colored ? { kind: 'color' } : { kind: 'text' };
}
