# Fastly: a VCL snippet of type recv, in front of Fovea as the backend.
#
# Reduces Accept to the formats that Fovea looks at, before the lookup: Fastly follows Vary by the words of
# the client. Shielding does no harm; a reduced value is reduced to itself.
if (req.http.Accept ~ "(?i)(^|,)\s*image/avif\s*(?=[,;]|$)(?![^,]*;\s*q=0(\.0*)?\s*(,|;|$))") {
  if (req.http.Accept ~ "(?i)(^|,)\s*image/webp\s*(?=[,;]|$)(?![^,]*;\s*q=0(\.0*)?\s*(,|;|$))") {
    set req.http.Accept = "image/avif,image/webp,*/*";
  } else {
    set req.http.Accept = "image/avif,*/*";
  }
} else {
  if (req.http.Accept ~ "(?i)(^|,)\s*image/webp\s*(?=[,;]|$)(?![^,]*;\s*q=0(\.0*)?\s*(,|;|$))") {
    set req.http.Accept = "image/webp,*/*";
  } else {
    set req.http.Accept = "*/*";
  }
}
