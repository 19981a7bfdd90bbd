/** App: the page: pictures, the URL, the stage, the form, and what came of it. */
import { useEffect } from 'preact/hooks';
import { Copy } from './copy.tsx';
import { Curve } from './curve.tsx';
import { ParameterForm } from './parameter-form.tsx';
import { PicturePicker } from './picture-picker.tsx';
import { Receipt } from './receipt.tsx';
import { Rosetta } from './rosetta.tsx';
import { Stage } from './stage.tsx';
import { busy, chooseFile, problem, tryAgain } from './state.ts';
import { UrlBar } from './url-bar.tsx';

export function App() {
  useEffect(() => {
    const over = (event: DragEvent) => event.preventDefault();
    document.addEventListener('dragover', over);
    document.addEventListener('drop', takeDropped);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('drop', takeDropped);
    };
  }, []);
  return (
    <div class="page">
      <a class="skip" href="#stage">
        To the picture
      </a>
      <header>
        <h1>Fovea playground</h1>
        <p class="status" role="status">
          {busy.value === '' ? '' : `${busy.value}…`}
        </p>
      </header>
      {problem.value !== '' && (
        <div class="problem" role="alert">
          <p>{problem.value}</p>
          <button type="button" onClick={tryAgain}>
            Try again
          </button>
        </div>
      )}
      <main>
        <div class="work">
          <PicturePicker />
          <UrlBar />
          <Stage />
          <Receipt />
          <Curve />
        </div>
        <div class="side">
          <ParameterForm />
          <Copy />
          <Rosetta />
        </div>
      </main>
    </div>
  );
}

/** A picture may be dropped anywhere on the page. */
function takeDropped(event: DragEvent): void {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void chooseFile(file);
}
