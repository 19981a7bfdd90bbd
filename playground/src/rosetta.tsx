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
            {nearness(same, [...ours, ...theirs])}{' '}
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

/** Lines about the file alone. */
const OUTPUT = /^(format|quality|density) /;

/** How near other words come. */
function nearness(same: boolean, lines: readonly string[]): string {
  if (same) return 'The same picture: both have one key in the store.';
  const others = lines.filter((line) => !OUTPUT.test(line)).length;
  if (others === 0) return 'The same steps; formats or quality are chosen by other rules.';
  return `As near as it can be said: ${others} ${others === 1 ? 'line' : 'lines'} of steps differ.`;
}
