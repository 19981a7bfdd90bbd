/** Rosetta: the same meaning in the other dialects, and the plan they all come to. */
import { chooseDialect, compiled, started } from './state.ts';

export function Rosetta() {
  const now = compiled.value;
  if (now === undefined) return null;
  const titleOf = (name: string) =>
    started.value?.dialects.find((one) => one.name === name)?.title ?? name;
  return (
    <section class="rosetta" aria-labelledby="rosetta-title">
      <h2 id="rosetta-title">In other words</h2>
      {now.others.map(({ dialect, url, same, ours, theirs }) => (
        <div class="other" key={dialect}>
          <h3>{titleOf(dialect)}</h3>
          <code class="address">{url}</code>
          <p class="small">
            {same
              ? 'The same picture: both have one key in the store.'
              : `As near as it can be said; ${ours.length + theirs.length} lines of the plans differ.`}{' '}
            <button type="button" class="link" onClick={() => chooseDialect(dialect)}>
              Go on with it
            </button>
          </p>
          {!same && (
            <details>
              <summary>What differs</summary>
              <ul class="lines">
                {ours.map((line) => (
                  <li key={`- ${line}`}>
                    <span>here</span> <code>{line}</code>
                  </li>
                ))}
                {theirs.map((line) => (
                  <li key={`+ ${line}`}>
                    <span>there</span> <code>{line}</code>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </div>
      ))}
      {now.plan !== undefined && (
        <details>
          <summary>The plan</summary>
          <ol class="lines">
            {now.plan.map((line) => (
              <li key={line}>
                <code>{line}</code>
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}
