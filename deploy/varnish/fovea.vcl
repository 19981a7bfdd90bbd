# Varnish 6.0 or later as a cache in front of Fovea.
#
# Change the backend, and the addresses that may purge. In the configuration of Fovea:
#
#   listen: { connectionsPerAddress: 0 }   all requests come from one address
#   rates: { proxies: [127.0.0.1] }        which says in X-Forwarded-For for whom, where rates are bounded
#   headers: { tags: Cache-Tag }           for purges by tag
vcl 4.1;

import std;

backend default {
  .host = "127.0.0.1";
  .port = "8080";
  # Longer than Fovea takes for the slowest picture (limits.queueWait and limits.renderTimeout).
  .first_byte_timeout = 90s;
  .between_bytes_timeout = 30s;
  .probe = {
    .url = "/readyz";
    .interval = 5s;
    .timeout = 2s;
    .threshold = 1;
    .window = 2;
  }
}

# Who may purge.
acl purgers {
  "localhost";
}

sub vcl_recv {
  # PURGE of a URL, or of all that carry a tag: Cache-Tag: NAME.
  if (req.method == "PURGE") {
    if (client.ip !~ purgers) {
      return (synth(405, "Not allowed"));
    }
    if (req.http.Cache-Tag) {
      if (req.http.Cache-Tag !~ "^[A-Za-z0-9_.:/-]{1,200}$") {
        return (synth(400, "Expected one plain tag"));
      }
      # One word of a list; a point means itself.
      set req.http.X-Tag = regsuball(req.http.Cache-Tag, "\.", "\\.");
      ban("obj.http.Cache-Tag ~ (^|[,\s])" + req.http.X-Tag + "($|[,\s])");
      return (synth(200, "Purged"));
    }
    return (purge);
  }

  # Uploads, OPTIONS and what nobody knows are none of a cache's business.
  if (req.method != "GET" && req.method != "HEAD") {
    return (pass);
  }
  if (req.url ~ "^/_fovea/") {
    return (synth(404, "Not found"));
  }
  if (req.url ~ "^/(healthz|readyz)$") {
    return (pass);
  }

  # Preconditions of editors, which Varnish does not know.
  if (req.http.If-Match || req.http.If-Unmodified-Since) {
    return (pass);
  }
  # Several parts at once are answered with the whole.
  if (req.http.Range ~ ",") {
    unset req.http.Range;
  }

  # What Fovea looks at in Accept, and nothing else: Varnish keeps one copy for each value that comes by.
  std.collect(req.http.Accept);
  set req.http.X-Formats = "";
  if (req.http.Accept ~ "(?i)(^|,)\s*image/avif\s*(?=[,;]|$)(?![^,]*;\s*q=0(\.0*)?\s*(,|;|$))") {
    set req.http.X-Formats = req.http.X-Formats + "image/avif,";
  }
  if (req.http.Accept ~ "(?i)(^|,)\s*image/webp\s*(?=[,;]|$)(?![^,]*;\s*q=0(\.0*)?\s*(,|;|$))") {
    set req.http.X-Formats = req.http.X-Formats + "image/webp,";
  }
  set req.http.Accept = req.http.X-Formats + "*/*";
  unset req.http.X-Formats;

  # Pictures depend on neither; without this Varnish would not keep them.
  unset req.http.Cookie;
  # Read only where one source is told to; here it would change what all get.
  unset req.http.X-Fastly-ImageOpto-Overlay;
  return (hash);
}

sub vcl_backend_response {
  # What has aged is sent at once and asked for again beside it, for a day where Fovea is down.
  if (beresp.ttl > 0s) {
    set beresp.grace = 1d;
    set beresp.keep = 7d;
  }
  # A failure does not take the place of a picture that is there.
  if (beresp.status >= 500 && bereq.is_bgfetch) {
    return (abandon);
  }
}

sub vcl_deliver {
  set resp.http.X-Cache = "MISS";
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  }
}
