/** Receipt: what was decided, in sentences, with every trial below. */
import { points, result, score } from './state.ts';
import { formatName, kilobytes, receiptWords } from './words.ts';

export function Receipt() {
  const made = result.value;
  const receipt = made?.receipt;
  return (
    <section class="receipt" aria-labelledby="receipt-title">
      <h2 id="receipt-title">Receipt</h2>
      <div aria-live="polite">
        {receipt === undefined ? (
          <p class="small">
            {made === undefined
              ? 'What the server decides is told here.'
              : `${formatName(made.result.format)}, ${kilobytes(made.result.bytes)}.`}
          </p>
        ) : (
          <p class="words">
            {receiptWords(receipt, score.value, points.value).map((sentence) => (
              <span key={sentence}>{sentence} </span>
            ))}
          </p>
        )}
      </div>
      {receipt !== undefined && (
        <details>
          <summary>
            {receipt.trials.length} {receipt.trials.length === 1 ? 'trial' : 'trials'}:{' '}
            {receipt.reason}
          </summary>
          <table>
            <thead>
              <tr>
                <th scope="col">Encoding</th>
                <th scope="col">Bytes</th>
                <th scope="col">Score</th>
                <th scope="col">Worst region</th>
              </tr>
            </thead>
            <tbody>
              {receipt.trials.map(({ encoding, bytes, score: own, worst }, at) => (
                <tr key={`${at} ${encoding}`}>
                  <td>{encoding}</td>
                  <td>{kilobytes(bytes)}</td>
                  <td>{own?.toFixed(1) ?? '–'}</td>
                  <td>{worst?.toFixed(1) ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}
