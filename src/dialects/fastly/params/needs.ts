/**
 * Needs: which parameter has no effect beside or without another
 * (docs/spec/fastly-io.md 7.3, 7.10, 7.18, 7.19, 7.24, 5.3).
 *
 * Used for remarks alone; the translation looks at the values themselves.
 */
import type { FastlyValues } from '../params.ts';

interface Need {
  /** For a person, behind the name of the parameter. */
  readonly text: string;
  readonly met: (values: FastlyValues) => boolean;
}

const NEEDS: Readonly<Partial<Record<keyof FastlyValues, Need>>> = {
  auto: {
    text: 'it has no effect beside format=auto',
    met: ({ format }) => format !== 'auto',
  },
  enable: {
    text: 'it has no effect beside disable=upscale',
    met: ({ disable }) => disable === undefined,
  },
  fit: {
    text: 'it has an effect only with width and height',
    met: ({ width, height }) => width !== undefined && height !== undefined,
  },
  level: {
    text: 'it has an effect only with format=mp4 and profile',
    met: ({ format, profile }) => format === 'mp4' && profile !== undefined,
  },
  optimize: {
    text: 'it has no effect beside quality',
    met: ({ quality }) => quality === undefined,
  },
  pad: {
    text: 'it has no effect beside canvas',
    met: ({ canvas }) => canvas === undefined,
  },
  profile: {
    text: 'it has an effect only with format=mp4 and level',
    met: ({ format, level }) => format === 'mp4' && level !== undefined,
  },
  viewbox: {
    text: 'it has an effect only with format=svg',
    met: ({ format }) => format === 'svg',
  },
};

/** The parameters given without what they need, with the words for that. */
export function missingNeeds(values: FastlyValues): [name: string, text: string][] {
  return Object.entries(NEEDS).flatMap(([name, need]) =>
    values[name as keyof FastlyValues] === undefined || need.met(values) ? [] : [[name, need.text]],
  );
}
