/**
 * Fill: what the space around a fitted picture shows (docs/spec/imgix.md 5.4).
 */
import type { Color } from '../../../base/color.ts';
import type { Gradient } from '../../../plan/composition/gradient.ts';
import { devicePixels } from '../../../plan/fit.ts';
import type { Fill, Length } from '../../../plan/op.ts';
import type { ImgixValues } from '../params.ts';

export const TRANSPARENT_FILL: Fill = {
  kind: 'color',
  color: { red: 255, green: 255, blue: 255, alpha: 0 },
};

export function colorFill(color: Color | undefined): Fill {
  return color === undefined || color.alpha === 0 ? TRANSPARENT_FILL : { kind: 'color', color };
}

/** What fills the box of fill and fillmax; old URLs give `bg` alone (docs/spec/imgix.md 5.4). */
export function spaceFill(values: ImgixValues, density: number): Fill {
  switch (values.fill) {
    case 'blur':
      return { kind: 'blur' };
    case 'gradient':
      return gradientFill(values, density);
    default:
      return colorFill(values['fill-color'] ?? values.bg);
  }
}

/** From one side to the opposite one, or towards a side or corner. */
function directionOf(words: readonly string[]): { x: -1 | 0 | 1; y: -1 | 0 | 1 } {
  const [first, second] = words;
  const across = { left: -1, right: 1 } as const;
  const down = { top: -1, bottom: 1 } as const;
  // The last word of an axis is where it runs to.
  const to = <W extends string>(axis: Readonly<Record<W, -1 | 1>>) => {
    const word = [second, first].find((one) => one !== undefined && one in axis);
    return word === undefined ? 0 : axis[word as W];
  };
  return { x: to(across), y: to(down) };
}

function gradientFill(values: ImgixValues, density: number): Fill {
  const space = values['fill-gradient-cs'] ?? 'srgb';
  if (values['fill-gradient-type'] !== 'radial') {
    const direction = directionOf(values['fill-gradient-linear-direction'] ?? ['top', 'bottom']);
    return filled({ kind: 'linear', ...direction }, values['fill-gradient-linear'], space);
  }
  const dense = (length: Length): Length =>
    'px' in length ? { px: devicePixels(length.px, density) } : length;
  const [inner, outer] = values['fill-gradient-radial-radius'] ?? [{ share: 0.25 }, { share: 0.5 }];
  return filled(
    {
      kind: 'radial',
      x: dense(values['fill-gradient-radial-x'] ?? { share: 0.5 }),
      y: dense(values['fill-gradient-radial-y'] ?? { share: 0.5 }),
      radii: [dense(inner), dense(outer)],
    },
    values['fill-gradient-radial'],
    space,
  );
}

function filled(
  shape: Gradient<Length>['shape'],
  colors: readonly [Color, Color] | undefined,
  space: Gradient<Length>['space'],
): Fill {
  return { kind: 'gradient', shape, ...(colors === undefined ? {} : { colors }), space };
}
