// What all three share: a server of pictures without a socket of its own.
import { createServer, parseConfig } from 'fovea';

export const fovea = await createServer(
  parseConfig(
    {
      cache: { folder: process.env.CACHE ?? './.fovea' },
      log: { level: 'warn' },
      sources: [
        {
          name: 'pictures',
          dialect: 'imgix',
          mount: '/pictures',
          origin: { kind: 'folder', path: '../../demo/pictures' },
          // Unsigned URLs are answered too
          signing: { tokens: ['example'], required: false },
        },
      ],
    },
    { folder: import.meta.dirname },
  ),
);

/** A page with one picture in three widths. */
export const page = `<!doctype html>
<html lang="en">
<title>A page of its own</title>
<img alt="Oak leaves" width="640" height="427" sizes="50vw"
  src="/pictures/leaves.jpg?w=640&auto=format,compress"
  srcset="/pictures/leaves.jpg?w=320&auto=format,compress 320w, /pictures/leaves.jpg?w=640&auto=format,compress 640w, /pictures/leaves.jpg?w=1280&auto=format,compress 1280w">
</html>
`;
