/** Parameter form: every parameter of the dialect, made from its table, with remarks beside it. */
import { useSignal } from '@preact/signals';
import type { Parameter } from './api.ts';
import { compiled, setValue, table, values } from './state.ts';

/** Widest range that has a slider. */
const SLIDER = 1000;

const SUPPORT: Readonly<Record<Parameter['support'], string>> = {
  full: '',
  partial: 'in part',
  planned: 'no effect yet',
  ignored: 'no effect',
};

export function ParameterForm() {
  const wanted = useSignal('');
  const { parameters = [] } = table.value ?? {};
  const text = wanted.value.trim().toLowerCase();
  const given = new Set(values.value.map(([name]) => name));
  const found = parameters.filter(({ name, aliases, doc }) =>
    [name, ...aliases, doc].some((words) => words.toLowerCase().includes(text)),
  );
  const inUse = parameters.filter(({ name }) => given.has(name));
  const groups = [...new Set(parameters.map(({ group }) => group))];
  return (
    <section class="form" aria-labelledby="form-title">
      <h2 id="form-title">Parameters</h2>
      <label class="wide">
        <span>Search {parameters.length} parameters</span>
        <input
          id="search"
          type="search"
          value={wanted.value}
          onInput={({ currentTarget }) => {
            wanted.value = currentTarget.value;
          }}
        />
      </label>
      {text === '' ? (
        <>
          {inUse.length > 0 && <Rows title="In this URL" rows={inUse} open />}
          {groups.map((group) => (
            <Rows
              key={group}
              title={group}
              rows={parameters.filter((row) => row.group === group && !given.has(row.name))}
            />
          ))}
        </>
      ) : (
        <Rows title={`${found.length} found`} rows={found.slice(0, 40)} open />
      )}
    </section>
  );
}

function Rows({
  title,
  rows,
  open,
}: {
  title: string;
  rows: readonly Parameter[];
  open?: boolean;
}) {
  const shown = useSignal(open === true);
  if (rows.length === 0 && open !== true) return null;
  return (
    <details
      open={open === true || shown.value}
      onToggle={({ currentTarget }) => {
        shown.value = currentTarget.open;
      }}
    >
      <summary>
        {title} <span class="count">{rows.length}</span>
      </summary>
      {(open === true || shown.value) && rows.map((row) => <Row key={row.name} row={row} />)}
    </details>
  );
}

function Row({ row }: { row: Parameter }) {
  const { name, doc, note, fallback, support } = row;
  const value = values.value.find(([one]) => one === name)?.[1];
  const remarks = (compiled.value?.diagnostics ?? []).filter(({ param }) => param === name);
  const id = `param-${name}`;
  return (
    <div class="parameter">
      <div class="name">
        <label for={id}>
          <code>{name}</code>
        </label>
        {support !== 'full' && <span class="badge">{SUPPORT[support]}</span>}
        {value !== undefined && (
          <button
            type="button"
            aria-label={`Remove ${name}`}
            onClick={() => setValue(name, undefined)}
          >
            ×
          </button>
        )}
      </div>
      <Control row={row} id={id} value={value} />
      <p class="doc" id={`${id}-doc`}>
        {doc} {note ?? ''}
        {fallback !== 'none' && value === undefined ? ` Without it: ${fallback}.` : ''}
      </p>
      {remarks.map(({ severity, message }) => (
        <p class={`doc ${severity}`} key={message}>
          {message}
        </p>
      ))}
    </div>
  );
}

function Control({ row, id, value }: { row: Parameter; id: string; value: string | undefined }) {
  const { name, control, values: grammar } = row;
  const describedBy = `${id}-doc`;
  const set = (text: string) => setValue(name, text === '' ? undefined : text);
  const field = (more: object = {}) => (
    <input
      id={id}
      type="text"
      aria-describedby={describedBy}
      placeholder={grammar}
      spellcheck={false}
      autocomplete="off"
      value={value ?? ''}
      onInput={({ currentTarget }) => set(currentTarget.value)}
      {...more}
    />
  );
  switch (control.kind) {
    case 'flag':
      return (
        <input
          id={id}
          type="checkbox"
          aria-describedby={describedBy}
          checked={value !== undefined}
          onChange={({ currentTarget }) => setValue(name, currentTarget.checked ? '' : undefined)}
        />
      );
    case 'choice':
      if (control.several) {
        return (
          <>
            {field({ list: `${id}-words` })}
            <datalist id={`${id}-words`}>
              {control.words.map((word) => (
                <option value={word} key={word} />
              ))}
            </datalist>
          </>
        );
      }
      return (
        <select
          id={id}
          aria-describedby={describedBy}
          value={value ?? ''}
          onChange={({ currentTarget }) => set(currentTarget.value)}
        >
          <option value="">not set</option>
          {value !== undefined && !control.words.includes(value) && <option>{value}</option>}
          {control.words.map((word) => (
            <option key={word}>{word}</option>
          ))}
        </select>
      );
    case 'number': {
      const { min, max, whole } = control;
      const slides = max - min <= SLIDER;
      const step = whole ? 1 : max - min <= 20 ? 0.1 : 1;
      return (
        <div class="number">
          {field({ inputMode: 'decimal' })}
          {slides && (
            <input
              type="range"
              aria-label={`${name}, slider`}
              {...{ min, max, step }}
              value={value ?? String(Math.max(min, Math.min(max, 0)))}
              onInput={({ currentTarget }) => set(currentTarget.value)}
            />
          )}
        </div>
      );
    }
    case 'color':
      return (
        <div class="number">
          {field()}
          <input
            type="color"
            aria-label={`${name}, color`}
            value={/^[0-9a-f]{6}$/i.test(value ?? '') ? `#${value}` : '#ffffff'}
            onInput={({ currentTarget }) => set(currentTarget.value.slice(1))}
          />
        </div>
      );
    case 'text':
      return field();
  }
}
