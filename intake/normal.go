package intake

import "bytes"

// normal takes away what stands before the first field and is not part of the
// message: a byte order mark, blank lines, one line of an mbox file. The raw
// bytes themselves are kept as they came elsewhere.
func normal(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	for len(raw) > 0 {
		line, end := lineAt(raw, 0)
		if len(bytes.TrimSpace(line)) > 0 {
			break
		}
		raw = raw[end:]
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		if line, end := lineAt(raw, 0); !bytes.HasPrefix(bytes.TrimLeft(line[5:], " \t"), []byte(":")) {
			raw = raw[end:]
		}
	}
	for len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t') && firstLineIsField(raw) {
		raw = raw[1:]
	}
	return raw
}

// firstLineIsField reports whether a first line that begins with a blank, and
// so would continue a field that is not there, is a field itself.
func firstLineIsField(raw []byte) bool {
	line, _ := lineAt(raw, 0)
	_, _, ok := fieldName(bytes.TrimLeft(line, " \t"))
	return ok
}

// crOnly reports whether lines end with CR alone.
func crOnly(raw []byte) bool {
	head := raw[:min(len(raw), 64<<10)]
	return bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0
}
