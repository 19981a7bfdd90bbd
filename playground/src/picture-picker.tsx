/** Picture picker: one's own picture, or one of the demo. */
import { sampleUrl } from './api.ts';
import { chooseFile, chooseSample, megabytes, picture, started } from './state.ts';
import { formatName, kilobytes } from './words.ts';

export function PicturePicker() {
  const told = started.value;
  const chosen = picture.value;
  return (
    <section class="pictures" aria-labelledby="pictures-title">
      <h2 id="pictures-title">Picture</h2>
      <div class="choices">
        <label class="drop">
          <input
            type="file"
            accept="image/*,.heic,.jxl,.avif,.psd,.pdf"
            onChange={({ currentTarget }) => {
              const file = currentTarget.files?.[0];
              currentTarget.value = '';
              if (file !== undefined) void chooseFile(file);
            }}
          />
          <span>Drop a picture here, or choose one</span>
        </label>
        {told?.samples.map(({ name, alt }) => (
          <button
            type="button"
            class="sample"
            key={name}
            aria-pressed={chosen?.sample === name}
            onClick={() => chooseSample(name)}
          >
            <img src={sampleUrl(name)} alt={alt} width="72" height="54" />
          </button>
        ))}
      </div>
      {told !== undefined && (
        <p class="small">
          {chosen === undefined
            ? ''
            : `${chosen.name}: ${formatName(chosen.format)}, ${chosen.width} × ${chosen.height}, ${kilobytes(chosen.bytes)}. `}
          Your picture stays in the memory of this server, for this page alone, and is forgotten{' '}
          {told.limits.minutes} minutes after its last use; up to{' '}
          {megabytes(told.limits.uploadBytes)}.
        </p>
      )}
    </section>
  );
}
