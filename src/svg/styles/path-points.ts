/**
 * Path points: the lines that a path is made of, curves as many short ones (SVG 2 specification, section 9).
 */

export type Point = readonly [number, number];

/** Lines of one curve: a quarter of a circle is drawn within two thousandths of its radius. */
const STEPS = 24;

/** Most points of one path; a longer one is cut off there. */
const MOST_POINTS = 200_000;

const ARGUMENTS: Readonly<Record<string, number>> = {
  m: 2,
  l: 2,
  h: 1,
  v: 1,
  c: 6,
  s: 4,
  q: 4,
  t: 2,
  a: 7,
  z: 0,
};

/** One list of points for each part of the path that begins with a move. What follows an error is left out, as the specification has it. */
export function pointsOf(d: string): Point[][] {
  const parts: Point[][] = [];
  let count = 0;
  let [at, start, handle]: Point[] = [
    [0, 0],
    [0, 0],
    [0, 0],
  ];
  let previous = '';
  const to = (...points: Point[]) => {
    count += points.length;
    const part = parts.at(-1);
    if (previous === 'z' || !part) parts.push([at!, ...points]);
    else part.push(...points);
    at = points.at(-1)!;
  };
  for (const [command, values] of commandsOf(d)) {
    if (count > MOST_POINTS || (parts.length === 0 && command.toLowerCase() !== 'm')) break;
    const kind = command.toLowerCase();
    const [x, y] = at!;
    const relative = command === kind;
    const point = (index: number): Point => [
      values[index]! + (relative ? x : 0),
      values[index + 1]! + (relative ? y : 0),
    ];
    const mirrored = (kinds: string): Point =>
      kinds.includes(previous) && previous !== '' ? [2 * x - handle![0], 2 * y - handle![1]] : at!;
    if (kind === 'm') {
      at = point(0);
      start = at;
      parts.push([at]);
    } else if (kind === 'z') to(start!);
    else if (kind === 'l') to(point(0));
    else if (kind === 'h') to([values[0]! + (relative ? x : 0), y]);
    else if (kind === 'v') to([x, values[0]! + (relative ? y : 0)]);
    else if (kind === 'a') to(...arc(at!, values, point(5)));
    else {
      const cubic = kind === 'c' || kind === 's';
      const own = kind === 'c' || kind === 'q' ? point(0) : mirrored(cubic ? 'cs' : 'qt');
      const from = at!;
      const end = point({ c: 4, s: 2, q: 2, t: 0 }[kind]!);
      handle = kind === 'c' ? point(2) : kind === 's' ? point(0) : own;
      to(...curve(cubic ? [from, own, handle, end] : [from, own, end]));
    }
    previous = kind;
  }
  return parts;
}

/** Each command with its numbers; a command with several sets of them comes several times. */
function* commandsOf(d: string): Generator<[command: string, values: number[]]> {
  const NUMBER = /[\s,]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)/iy;
  const FLAG = /[\s,]*([01])/y;
  const COMMAND = /[\s,]*([mlhvcsqtaz])/iy;
  let at = 0;
  const read = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(d)?.[1];
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };
  for (let command = read(COMMAND); command !== undefined; command = read(COMMAND)) {
    const kind = command.toLowerCase();
    for (let again = false; ; again = true) {
      const values: number[] = [];
      while (values.length < ARGUMENTS[kind]!) {
        const flag = kind === 'a' && (values.length === 3 || values.length === 4);
        const text = read(flag ? FLAG : NUMBER);
        if (text === undefined) break;
        values.push(Number(text));
      }
      if (values.length < ARGUMENTS[kind]!) {
        if (!again || values.length > 0) return;
        break;
      }
      // More points behind a move are lines
      const same = again && kind === 'm' ? (command === 'm' ? 'l' : 'L') : command;
      yield [same, values];
      if (kind === 'z') break;
    }
  }
}

/** Of three or four points. */
function curve(handles: readonly Point[]): Point[] {
  return Array.from({ length: STEPS }, (_, step) => {
    const share = (step + 1) / STEPS;
    let points = handles;
    while (points.length > 1) {
      const former = points;
      points = former.slice(1).map(([x, y], at): Point => {
        const [fromX, fromY] = former[at]!;
        return [fromX + (x - fromX) * share, fromY + (y - fromY) * share];
      });
    }
    return points[0]!;
  });
}

/** From the ends of an arc to its middle and angles (SVG 2 specification, section B.2.4). */
function arc([x, y]: Point, values: readonly number[], [toX, toY]: Point): Point[] {
  let [rx, ry] = [Math.abs(values[0]!), Math.abs(values[1]!)];
  if (rx === 0 || ry === 0 || (x === toX && y === toY)) return [[toX, toY]];
  const turn = (values[2]! * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const halfX = (cos * (x - toX)) / 2 + (sin * (y - toY)) / 2;
  const halfY = (-sin * (x - toX)) / 2 + (cos * (y - toY)) / 2;
  const short = Math.sqrt((halfX / rx) ** 2 + (halfY / ry) ** 2);
  if (short > 1) [rx, ry] = [rx * short, ry * short];
  const rest = (rx * ry) ** 2 - (rx * halfY) ** 2 - (ry * halfX) ** 2;
  const size = Math.sqrt(Math.max(0, rest / ((rx * halfY) ** 2 + (ry * halfX) ** 2)));
  const side = values[3] === values[4] ? -size : size;
  const [midX, midY] = [(side * rx * halfY) / ry, (-side * ry * halfX) / rx];
  const first = Math.atan2((halfY - midY) / ry, (halfX - midX) / rx);
  let sweep = Math.atan2((-halfY - midY) / ry, (-halfX - midX) / rx) - first;
  if (values[4] === 1 && sweep < 0) sweep += 2 * Math.PI;
  if (values[4] !== 1 && sweep > 0) sweep -= 2 * Math.PI;
  const steps = 4 * STEPS;
  return Array.from({ length: steps }, (_, step): Point => {
    if (step === steps - 1) return [toX, toY];
    const angle = first + (sweep * (step + 1)) / steps;
    const [u, v] = [rx * Math.cos(angle) + midX, ry * Math.sin(angle) + midY];
    return [cos * u - sin * v + (x + toX) / 2, sin * u + cos * v + (y + toY) / 2];
  });
}
