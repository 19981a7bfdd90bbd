/**
 * Stage: the original beside the result, down to pixels.
 *
 * Three ways of looking: a wipe between both, their difference made brighter,
 * and the heat map of the errors. Wheel, pinch, keys and buttons zoom.
 */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { heatPixels } from './heat-map.ts';
import { map, picture, reference, result } from './state.ts';
import { around, centered, fitted, moved, type Size, type View, zoomed } from './view.ts';

const LOOKS = { wipe: 'Wipe', difference: 'Difference', errors: 'Heat map' } as const;
type Look = keyof typeof LOOKS;

/** Pixels of the picture from which on each is shown as a square. */
const SQUARES = 2;

/** Pixels of the stage that a key moves the picture. */
const STEP = 60;

export function Stage() {
  const look = useSignal<Look>('wipe');
  const wipe = useSignal(50);
  const gain = useSignal(8);
  const stage = useSignal<Size>({ width: 0, height: 0 });
  const view = useSignal<View>({ scale: 1, x: 0, y: 0 });
  /** The view follows the size of the stage until somebody moves it. */
  const follows = useSignal(true);
  const box = useRef<HTMLDivElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const facts = result.value?.result ?? picture.value;
  const size = { width: facts?.width ?? 1, height: facts?.height ?? 1 };

  useEffect(() => {
    if (box.current === null) return;
    const watch = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      stage.value = { width, height };
    });
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [stage]);
  useSignalEffect(() => {
    const { width = 1, height = 1 } = result.value?.result ?? picture.value ?? {};
    if (follows.value) view.value = fitted(stage.value, { width, height });
  });
  useEffect(() => {
    const errors = map.value;
    const canvas = heat.current;
    if (errors === undefined || canvas === null) return;
    canvas.width = errors.columns;
    canvas.height = errors.rows;
    const pixels = new ImageData(heatPixels(errors), errors.columns, errors.rows);
    canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  }, [map.value, look.value]);

  const show = (next: View) => {
    follows.value = false;
    view.value = next;
  };
  const middle = () => ({ x: stage.value.width / 2, y: stage.value.height / 2 });
  const full = () => show(centered(stage.value, size, 1 / devicePixelRatio));
  const fit = () => {
    follows.value = true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== box.current) return;
    const keys: Record<string, () => void> = {
      '+': () => show(zoomed(view.value, 1.25, middle())),
      '=': () => show(zoomed(view.value, 1.25, middle())),
      '-': () => show(zoomed(view.value, 0.8, middle())),
      '0': fit,
      '1': full,
      ArrowLeft: () => show(moved(view.value, STEP, 0)),
      ArrowRight: () => show(moved(view.value, -STEP, 0)),
      ArrowUp: () => show(moved(view.value, 0, STEP)),
      ArrowDown: () => show(moved(view.value, 0, -STEP)),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const { left, top } = (box.current as HTMLDivElement).getBoundingClientRect();
    const at = { x: event.clientX - left, y: event.clientY - top };
    show(zoomed(view.value, Math.exp(-event.deltaY / 400), at));
  };
  useEffect(() => {
    // Passive listeners could not keep the page from scrolling
    const { current } = box;
    current?.addEventListener('wheel', onWheel, { passive: false });
    return () => current?.removeEventListener('wheel', onWheel);
  });
  const onPointerDown = (event: PointerEvent) => {
    if ((event.target as Element).closest('input, button') !== null) return;
    box.current?.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const onPointerMove = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId);
    if (before === undefined || box.current === null) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    if (other === undefined) return show(moved(view.value, now.x - before.x, now.y - before.y));
    const apart = (one: { x: number; y: number }) => Math.hypot(one.x - other.x, one.y - other.y);
    const { left, top } = box.current.getBoundingClientRect();
    const at = { x: (now.x + other.x) / 2 - left, y: (now.y + other.y) / 2 - top };
    show(zoomed(view.value, apart(now) / Math.max(1, apart(before)), at));
  };
  const onPointerUp = (event: PointerEvent) => pointers.current.delete(event.pointerId);

  const made = result.value;
  const isPicture = made?.file.type.startsWith('image/') === true;
  const original = picture.value;
  // Until the picture before encoding is there, the original stands for it where its shape is the same
  const alike =
    original !== undefined &&
    Math.abs(original.width / original.height - size.width / size.height) < 0.02;
  const before = reference.value ?? (alike ? original.url : undefined);
  const { scale } = view.value;
  // On whole pixels of the screen, so that edges are sharp
  const whole = (length: number) => Math.round(length * devicePixelRatio) / devicePixelRatio;
  const [x, y] = [whole(view.value.x), whole(view.value.y)];
  const place = {
    width: `${size.width}px`,
    height: `${size.height}px`,
    transform: `translate(${x}px, ${y}px) scale(${scale})`,
    imageRendering: scale * devicePixelRatio >= SQUARES ? 'pixelated' : 'auto',
  };
  // Pixels on the edge that the picture covers in part differ from nothing
  const right = Math.max(0, Math.ceil(stage.value.width - x - size.width * scale));
  const bottom = Math.max(0, Math.ceil(stage.value.height - y - size.height * scale));
  const inner = `inset(${Math.max(0, y)}px ${right}px ${bottom}px ${Math.max(0, x)}px)`;
  const errors = map.value;
  const alt = original?.alt ?? '';
  const percent = Math.round(scale * devicePixelRatio * 100);
  return (
    <section class="viewer" aria-labelledby="stage-title" id="stage">
      <h2 id="stage-title">Original and result</h2>
      <div class="bar" role="toolbar" aria-label="Ways of looking">
        {(Object.keys(LOOKS) as Look[]).map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={look.value === name}
            disabled={name === 'errors' && errors === undefined}
            onClick={() => {
              look.value = name;
            }}
          >
            {LOOKS[name]}
          </button>
        ))}
        <span class="gap" />
        <button
          type="button"
          aria-label="Smaller"
          onClick={() => show(zoomed(view.value, 0.8, middle()))}
        >
          −
        </button>
        <output class="zoom" aria-label="Zoom">
          {percent} %
        </output>
        <button
          type="button"
          aria-label="Larger"
          onClick={() => show(zoomed(view.value, 1.25, middle()))}
        >
          +
        </button>
        <button type="button" onClick={fit}>
          Fit
        </button>
        <button type="button" onClick={full}>
          100 %
        </button>
        {errors !== undefined && (
          <button type="button" onClick={() => show(around(stage.value, errors.worst))}>
            Worst region
          </button>
        )}
      </div>
      <div
        ref={box}
        class={`stage look-${look.value}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move what it shows
        tabIndex={0}
        role="application"
        aria-label="Picture; plus and minus zoom, 0 fits, 1 shows pixels, arrows move"
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        style={{ '--gain': String(gain.value), '--wipe': `${wipe.value}%` }}
      >
        {made !== undefined && !isPicture ? (
          <Text file={made.file} />
        ) : (
          <div class="layers" style={look.value === 'difference' ? { clipPath: inner } : {}}>
            <div class="layer before">
              {before !== undefined && (
                <img src={before} alt={`${alt}, original`} style={place} draggable={false} />
              )}
            </div>
            <div class="layer after">
              {made !== undefined && (
                <img src={made.url} alt={`${alt}, result`} style={place} draggable={false} />
              )}
            </div>
            {look.value === 'errors' && errors !== undefined && (
              <div class="layer heat">
                <div class="frame" style={place}>
                  <canvas
                    ref={heat}
                    style={{
                      width: `${errors.columns * errors.tile}px`,
                      height: `${errors.rows * errors.tile}px`,
                    }}
                  />
                  <div
                    class="worst"
                    style={{
                      left: `${errors.worst.left}px`,
                      top: `${errors.worst.top}px`,
                      width: `${errors.worst.width}px`,
                      height: `${errors.worst.height}px`,
                      borderWidth: `${2 / scale}px`,
                    }}
                  />
                </div>
              </div>
            )}
          </div>
        )}
        {look.value === 'wipe' && isPicture && (
          <>
            <div class="divider" aria-hidden="true" />
            <span class="tag left" aria-hidden="true">
              Original
            </span>
            <span class="tag right" aria-hidden="true">
              Result
            </span>
          </>
        )}
      </div>
      {look.value === 'wipe' && (
        <label class="slide">
          <span>Wipe</span>
          <input
            id="wipe"
            type="range"
            min="0"
            max="100"
            value={wipe.value}
            aria-label="Wipe between original and result"
            aria-valuetext={`${wipe.value} % original`}
            onInput={({ currentTarget }) => {
              wipe.value = Number(currentTarget.value);
            }}
          />
        </label>
      )}
      {look.value === 'difference' && (
        <label class="slide">
          <span>Made {gain.value} times as bright</span>
          <input
            type="range"
            min="1"
            max="40"
            value={gain.value}
            aria-label="Brightness of the difference"
            onInput={({ currentTarget }) => {
              gain.value = Number(currentTarget.value);
            }}
          />
        </label>
      )}
      {look.value === 'errors' && errors !== undefined && (
        <p class="small">
          Yellow to red: tiles of {errors.tile} pixels by their own score. The frame is around the
          worst region, which scores {errors.worst.score.toFixed(0)}; the whole scores{' '}
          {errors.score.toFixed(0)}.
        </p>
      )}
    </section>
  );
}

/** A result that is no picture. */
function Text({ file }: { file: Blob }) {
  const text = useSignal('');
  useEffect(() => {
    void file.text().then((content) => {
      text.value = content.slice(0, 20_000);
    });
  }, [file, text]);
  return <pre class="text">{text.value}</pre>;
}
