/** Plots of the benches as SVG. */

const WIDTH = 720;
const HEIGHT = 360;
const EDGE = { left: 48, right: 16, top: 32, bottom: 28 };

/** A plot of 720 × 360 with plain axes. */
export class Chart {
  #marks = [];
  #x;
  #y;
  #title;

  constructor({ x, y, title }) {
    this.#x = scale(x, EDGE.left, WIDTH - EDGE.right);
    this.#y = scale(y, HEIGHT - EDGE.bottom, EDGE.top);
    this.#title = title;
  }

  line(points, color) {
    const path = points.map(({ x, y }) => `${this.#x(x)},${this.#y(y)}`).join(' ');
    this.#marks.push(`<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`);
  }

  dot(x, y, color, radius) {
    this.#marks.push(
      `<circle cx="${this.#x(x)}" cy="${this.#y(y)}" r="${radius}" fill="${color}" fill-opacity="0.55"/>`,
    );
  }

  bar(from, to, value, color) {
    const [left, right, top, foot] = [this.#x(from), this.#x(to), this.#y(value), this.#y(0)];
    this.#marks.push(
      `<rect x="${left}" y="${top}" width="${(right - left).toFixed(1)}" height="${(foot - top).toFixed(1)}" fill="${color}"/>`,
    );
  }

  label(x, y, text, color, anchor) {
    this.#marks.push(
      `<text x="${this.#x(x)}" y="${this.#y(y) - 4}" fill="${color}" text-anchor="${anchor}">${escaped(text)}</text>`,
    );
  }

  text({ xs, ys }) {
    const grid = ys.map((y) => {
      const at = this.#y(y);
      return `<path d="M${EDGE.left} ${at}H${WIDTH - EDGE.right}" stroke="#ddd"/><text x="${EDGE.left - 6}" y="${at + 4}" text-anchor="end">${+y.toFixed(2)}</text>`;
    });
    const feet = xs.map(
      (x) => `<text x="${this.#x(x)}" y="${HEIGHT - 10}" text-anchor="middle">${x}</text>`,
    );
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${EDGE.left}" y="18" font-size="13" font-weight="bold">${escaped(this.#title)}</text>
${[...grid, ...feet, ...this.#marks].join('\n')}
</svg>
`;
  }
}

function scale([from, to], start, end) {
  return (value) => +(start + ((value - from) / (to - from)) * (end - start)).toFixed(1);
}

const escaped = (text) => text.replace(/[<>&]/g, (c) => `&#${c.charCodeAt(0)};`);
