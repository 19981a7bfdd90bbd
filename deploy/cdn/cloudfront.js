/**
 * CloudFront function (cloudfront-js-2.0) for viewer requests: reduces Accept to the formats that Fovea
 * looks at, so that CloudFront keeps one copy for each of them.
 *
 * The cache policy has Accept among its headers, and all query strings. A site that uses client hints of
 * imgix (`ch`) adds those headers to the policy.
 */
var FORMATS = ['image/avif', 'image/webp'];

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by its name
function handler(event) {
  var request = event.request;
  var accept = request.headers.accept;
  request.headers.accept = { value: reduced(accept ? accept.value : '') };
  return request;
}

/** The formats that a client lists with a q above 0, in one spelling. */
function reduced(accept) {
  var entries = accept
    .toLowerCase()
    .split(',')
    .map((entry) => entry.split(';').map((part) => part.trim()));
  var wanted = FORMATS.filter((format) =>
    entries.some(
      (parts) =>
        parts[0] === format && !parts.slice(1).some((part) => /^q\s*=\s*0?(\.0*)?$/.test(part)),
    ),
  );
  return wanted.concat('*/*').join(',');
}
