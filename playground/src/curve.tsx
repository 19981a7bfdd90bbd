/** Curve: bytes against score for each format, with the target and the result. */
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import type { Trial } from './api.ts';
import { points, result, score } from './state.ts';
import { formatName, kilobytes } from './words.ts';

const FORMATS = ['jpeg', 'webp', 'avif', 'jxl'] as const;
const COLORS: Readonly<Record<string, string>> = {
  jpeg: '--jpeg',
  webp: '--webp',
  avif: '--avif',
  jxl: '--jxl',
};

export function Curve() {
  const place = useRef<HTMLDivElement>(null);
  const all = points.value;
  const made = result.value;
  const chosen =
    made === undefined || score.value === undefined
      ? undefined
      : { bytes: made.result.bytes, score: score.value, format: made.result.format };
  const target = made?.receipt?.target;
  useEffect(() => {
    if (place.current === null || all.length === 0) return;
    const plot = plotted(place.current, all, chosen, target);
    const watch = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      if (width > 0) plot.setSize({ width, height: HEIGHT });
    });
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [all, chosen?.bytes, chosen?.score, target]);
  return (
    <section class="curve" aria-labelledby="curve-title">
      <h2 id="curve-title">Bytes against score</h2>
      {all.length === 0 ? (
        <p class="small">The curves of the formats appear here, point by point.</p>
      ) : (
        <>
          <div ref={place} class="plot" aria-hidden="true" />
          <p class="legend">
            {FORMATS.filter((name) => all.some(({ format }) => format === name)).map((name) => (
              <span key={name}>
                <i class={`swatch ${name}`} /> {formatName(name)}
              </span>
            ))}
            <span>
              <i class="swatch chosen" /> the result
            </span>
          </p>
          <details>
            <summary>As a table</summary>
            <table>
              <thead>
                <tr>
                  <th scope="col">Encoding</th>
                  <th scope="col">Bytes</th>
                  <th scope="col">Score</th>
                </tr>
              </thead>
              <tbody>
                {[...all]
                  .sort((a, b) => a.format.localeCompare(b.format) || a.bytes - b.bytes)
                  .map(({ encoding, bytes, score: own }) => (
                    <tr key={encoding}>
                      <td>{encoding}</td>
                      <td>{kilobytes(bytes)}</td>
                      <td>{own?.toFixed(1)}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </details>
        </>
      )}
    </section>
  );
}

const HEIGHT = 260;

function plotted(
  place: HTMLElement,
  all: readonly Trial[],
  chosen: { bytes: number; score: number; format: string } | undefined,
  target: number | undefined,
): UPlot {
  const style = getComputedStyle(place);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const shown = FORMATS.filter((name) => all.some(({ format }) => format === name));
  const tables = shown.map((name): UPlot.AlignedData => {
    const own = all
      .filter(({ format, score: of }) => format === name && of !== undefined)
      .sort((a, b) => a.bytes - b.bytes);
    return [own.map(({ bytes }) => bytes), own.map(({ score: of }) => of ?? null)];
  });
  if (chosen !== undefined) tables.push([[chosen.bytes], [chosen.score]]);
  const line = color('--line-strong');
  const axis = { stroke: color('--text'), grid: { stroke: line }, ticks: { stroke: line } };
  const series = shown.map((name) => ({
    label: formatName(name),
    stroke: color(COLORS[name] ?? '--text'),
    width: 2,
    spanGaps: true,
    points: { show: true, size: 6 },
  }));
  const dot = { label: 'Result', stroke: color('--text'), width: 0, spanGaps: false };
  return new UPlot(
    {
      width: Math.max(200, Math.floor(place.clientWidth)),
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: {
        x: { time: false, distr: 3, log: 10 },
        y: { range: (_, low, high) => [Math.min(low, 30), Math.max(high, 100)] },
      },
      axes: [
        {
          ...axis,
          label: 'bytes',
          values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : kilobytes(tick))),
        },
        { ...axis, label: 'score' },
      ],
      series: [
        {},
        ...series,
        ...(chosen === undefined
          ? []
          : [{ ...dot, points: { show: true, size: 13, width: 3, fill: color('--ground') } }]),
      ],
      hooks: {
        draw: [
          (plot) => {
            if (target === undefined) return;
            const { ctx, bbox } = plot;
            const y = plot.valToPos(target, 'y', true);
            ctx.save();
            ctx.strokeStyle = color('--text');
            ctx.setLineDash([6, 4]);
            ctx.beginPath();
            ctx.moveTo(bbox.left, y);
            ctx.lineTo(bbox.left + bbox.width, y);
            ctx.stroke();
            ctx.fillStyle = color('--text');
            ctx.textAlign = 'left';
            ctx.fillText(`target ${target}`, bbox.left + 6, y - 6);
            ctx.restore();
          },
        ],
      },
    },
    UPlot.join(tables),
    place,
  );
}
