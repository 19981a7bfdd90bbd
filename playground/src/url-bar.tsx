/** URL bar: the dialect, the visitor's browser, and the URL, which may be edited or pasted. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { FormatName } from './api.ts';
import { accepts, chooseDialect, compiled, dialect, pasteUrl, started } from './state.ts';

const BROWSERS: readonly (readonly [name: string, formats: readonly FormatName[]])[] = [
  ['AVIF and WebP (most browsers)', ['avif', 'webp']],
  ['JPEG XL, AVIF and WebP', ['jxl', 'avif', 'webp']],
  ['WebP alone', ['webp']],
  ['nothing new', []],
];

/** Milliseconds after the last key. */
const PAUSE = 400;

export function UrlBar() {
  const draft = useSignal<string | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const now = compiled.value;
  useEffect(() => () => clearTimeout(timer.current), []);
  const take = (text: string) => {
    clearTimeout(timer.current);
    pasteUrl(text);
  };
  return (
    <section class="url" aria-labelledby="url-title">
      <h2 id="url-title">URL</h2>
      <div class="row">
        <label>
          Dialect
          <select
            value={dialect.value}
            onChange={({ currentTarget }) => {
              const chosen = started.value?.dialects.find(
                ({ name }) => name === currentTarget.value,
              );
              if (chosen !== undefined) chooseDialect(chosen.name);
            }}
          >
            {started.value?.dialects.map(({ name, title }) => (
              <option value={name} key={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          Browser takes
          <select
            value={accepts.value.join(' ')}
            onChange={({ currentTarget }) => {
              const found = BROWSERS.find(
                ([, formats]) => formats.join(' ') === currentTarget.value,
              );
              if (found !== undefined) accepts.value = found[1];
            }}
          >
            {BROWSERS.map(([name, formats]) => (
              <option value={formats.join(' ')} key={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <label class="wide">
        <span>Address, to edit or to paste another one of any of the three services</span>
        <input
          id="url"
          type="text"
          inputMode="url"
          spellcheck={false}
          autocomplete="off"
          value={draft.value ?? now?.url ?? ''}
          onInput={({ currentTarget }) => {
            const text = currentTarget.value;
            draft.value = text;
            clearTimeout(timer.current);
            timer.current = setTimeout(() => take(text), PAUSE);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            take(event.currentTarget.value);
            draft.value = undefined;
          }}
          onBlur={() => {
            draft.value = undefined;
          }}
        />
      </label>
      <ul class="remarks" aria-live="polite" aria-label="Remarks on the URL">
        {now?.refusal !== undefined && (
          <li class="refused">
            <b>Refused:</b> {now.refusal.message}
          </li>
        )}
        {now?.diagnostics.map(({ severity, param, message }) => (
          <li class={severity} key={`${param} ${message}`}>
            <b>{severity === 'warning' ? 'Warning' : 'Note'}:</b>{' '}
            {param === undefined ? '' : <code>{param}</code>} {message}
          </li>
        ))}
      </ul>
    </section>
  );
}
