package intake

// Limits of what is opened. A body of 25 MiB in pieces of a few hundred bytes has
// fewer objects, and none that nest as deep.
const (
	mostObjects     = 100_000
	mostObjectDepth = 32
)

// berObject is an object of BER. Its content is where it stands, or the objects
// that follow it.
type berObject struct {
	tag, content []byte
	size         int // of its content, as it is written
}

// berOpen is an object whose content is being read.
type berOpen struct {
	at    int // among the objects
	end   int // of its content; -1: a mark ends it
	limit int // of everything in it
}

// definite returns the first object of BER with the length of each object said
// before it, and false if it is not well formed, nests deeper or has more objects
// than a signature has. The library searches for the end of an object of no
// length after each one in it, calls itself for each level, and reads on where an
// object ends after the one around it.
func definite(ber []byte) ([]byte, bool) {
	var objects []berObject
	var open []berOpen
	for at := 0; at == 0 || len(open) > 0; {
		limit := len(ber)
		if len(open) > 0 {
			in := &open[len(open)-1]
			limit = in.limit
			marked := in.end < 0 && at+2 <= limit && ber[at] == 0 && ber[at+1] == 0
			if marked || at == in.end {
				if marked {
					at += 2
				}
				open = ended(objects, open)
				continue
			}
		}
		if len(objects) == mostObjects || len(open) == mostObjectDepth || at >= limit {
			return nil, false
		}
		tag, from, length, ok := object(ber[:limit], at)
		if !ok {
			return nil, false
		}
		objects = append(objects, berObject{tag: tag})
		open = append(open, berOpen{len(objects) - 1, from + length, from + length})
		switch last := &open[len(open)-1]; {
		case length < 0:
			last.end, last.limit = -1, limit
			at = from
		case tag[0]&0x20 != 0:
			at = from
		default:
			objects[last.at].content, objects[last.at].size = ber[from:from+length], length
			open = ended(objects, open)
			at = from + length
		}
	}
	return inDER(objects), true
}

// ended closes the innermost object, and adds it to the one around it.
func ended(objects []berObject, open []berOpen) []berOpen {
	o := objects[open[len(open)-1].at]
	open = open[:len(open)-1]
	if len(open) > 0 {
		objects[open[len(open)-1].at].size += len(o.tag) + len(lengthOf(o.size)) + o.size
	}
	return open
}

// inDER writes objects with their lengths.
func inDER(objects []berObject) []byte {
	der := make([]byte, 0, len(objects[0].tag)+len(lengthOf(objects[0].size))+objects[0].size)
	for _, o := range objects {
		der = append(append(append(der, o.tag...), lengthOf(o.size)...), o.content...)
	}
	return der
}

// lengthOf is how DER writes a length.
func lengthOf(n int) []byte {
	if n < 0x80 {
		return []byte{byte(n & 0x7f)}
	}
	var digits []byte
	for ; n > 0; n >>= 8 {
		digits = append([]byte{byte(n)}, digits...)
	}
	return append([]byte{0x80 | byte(len(digits)&0x7f)}, digits...)
}

// object reads the tag of an object, where its content begins, and its length; -1
// of one that ends with a mark.
func object(ber []byte, at int) (tag []byte, from, length int, ok bool) {
	i := at + 1
	if ber[at]&0x1f == 0x1f { // a tag of several bytes
		for i < len(ber) && ber[i]&0x80 != 0 {
			i++
		}
		i++
	}
	if i >= len(ber) {
		return nil, 0, 0, false
	}
	tag, length = ber[at:i], int(ber[i])
	i++
	if length == 0x80 {
		return tag, i, -1, ber[at]&0x20 != 0
	}
	if length > 0x80 {
		bytes := length & 0x7f
		if bytes > 4 || i+bytes > len(ber) {
			return nil, 0, 0, false
		}
		length = 0
		for _, b := range ber[i : i+bytes] {
			length = length<<8 | int(b)
		}
		i += bytes
	}
	return tag, i, length, length >= 0 && length <= len(ber)-i
}
