/** Form data: a JSON part and a file in one body, which `fetch` takes apart by itself (RFC 7578). */
import { randomUUID } from 'node:crypto';

/** The body with its media type. */
export function formData(
  facts: object,
  file: Uint8Array,
  mediaType: string,
): { readonly body: Uint8Array; readonly mediaType: string } {
  const boundary = randomUUID();
  const head = (name: string, type: string, extra = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${extra}\r\ncontent-type: ${type}\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(`${head('facts', 'application/json')}${JSON.stringify(facts)}\r\n`),
    Buffer.from(head('file', mediaType, '; filename="result"')),
    file,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { body, mediaType: `multipart/form-data; boundary=${boundary}` };
}
