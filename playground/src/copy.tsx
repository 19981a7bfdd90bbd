/** Copy: the URL as it goes into pages and terminals. */
import { useSignal } from '@preact/signals';
import { SNIPPETS, type SnippetName, snippet } from './snippets.ts';
import { compiled, picture } from './state.ts';

export function Copy() {
  const base = useSignal(location.origin);
  const name = useSignal<SnippetName>('URL');
  const said = useSignal('');
  const now = compiled.value;
  const text =
    now === undefined
      ? ''
      : snippet(name.value, now, base.value.replace(/\/$/, ''), picture.value?.alt ?? '');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = 'Copied.';
    } catch {
      said.value = 'The browser does not allow it: select the text and copy it.';
    }
  };
  return (
    <section class="copy" aria-labelledby="copy-title">
      <h2 id="copy-title">Take it along</h2>
      <label class="wide">
        <span>Where pictures are served</span>
        <input
          type="text"
          spellcheck={false}
          value={base.value}
          onInput={({ currentTarget }) => {
            base.value = currentTarget.value;
          }}
        />
      </label>
      <div class="bar" role="toolbar" aria-label="Forms to copy">
        {SNIPPETS.map((one) => (
          <button
            type="button"
            key={one}
            aria-pressed={name.value === one}
            onClick={() => {
              name.value = one;
              said.value = '';
            }}
          >
            {one}
          </button>
        ))}
      </div>
      <textarea class="snippet" readOnly rows={8} aria-label="Text to copy" value={text} />
      <button type="button" class="main" onClick={() => void copy()}>
        Copy
      </button>{' '}
      <span role="status">{said.value}</span>
    </section>
  );
}
