package intake

import (
	"slices"

	"github.com/smallstep/pkcs7"
)

// Limits of what is opened. A message has one signature around it, or another
// one around that; a body of 25 MiB in pieces of a few hundred bytes has fewer
// objects, and none that nest as deep.
const (
	mostSigned      = 4
	mostObjects     = 100_000
	mostObjectDepth = 32
)

// opened takes apart what stands inside an S/MIME signature that wraps the whole
// (RFC 8551, 3.5.2), in its place. The signature is not checked: it proves
// nothing here. What cannot be opened stays a file.
func opened(t tree) tree {
	for n := 1; n <= mostSigned; n++ {
		at := slices.IndexFunc(t.leaves, func(l leaf) bool { return signed(l) && !l.sealed })
		if at < 0 {
			break
		}
		content, ok := unsigned(t.leaves[at].decoded(len(t.leaves[at].body)))
		if !ok {
			t.leaves[at].sealed = true
			continue
		}
		h, body := scanHeader(normal(content), nil)
		inner := walk(h, body)
		for i := range inner.leaves {
			if inner.leaves[i].alternative > 0 {
				inner.leaves[i].alternative += n * hardParts // none of the others
			}
		}
		t.leaves = slices.Replace(t.leaves, at, at+1, inner.leaves...)
		t.depth += inner.depth
		t.broken, t.cut = t.broken || inner.broken, t.cut || inner.cut || len(t.leaves) > hardParts
	}
	return t
}

// signed reports whether a part holds another one inside a signature.
func signed(l leaf) bool {
	return (l.media == "application/pkcs7-mime" || l.media == "application/x-pkcs7-mime") && l.params["smime-type"] == "signed-data"
}

// unsigned returns what is signed, if there is anything.
func unsigned(ber []byte) (content []byte, ok bool) {
	defer func() {
		if recover() != nil { // of what strangers send
			content, ok = nil, false
		}
	}()
	if !bounded(ber) {
		return nil, false
	}
	p, err := pkcs7.Parse(ber)
	if err != nil || len(p.Content) == 0 {
		return nil, false
	}
	return p.Content, true
}

// bounded reports whether BER nests no deeper, and has no more objects, than a
// signature has: the library calls itself for each level, and keeps them all.
func bounded(ber []byte) bool {
	var ends []int // of the objects around; -1 of one that says so itself
	for at, n := 0, 0; at < len(ber); n++ {
		for len(ends) > 0 && ends[len(ends)-1] == at {
			ends = ends[:len(ends)-1]
		}
		if n > mostObjects || len(ends) > mostObjectDepth {
			return false
		}
		if at+1 < len(ber) && ber[at] == 0 && ber[at+1] == 0 && len(ends) > 0 && ends[len(ends)-1] < 0 {
			ends, at = ends[:len(ends)-1], at+2
			continue
		}
		from, length, ok := object(ber, at)
		switch {
		case !ok:
			return false
		case length < 0 || ber[at]&0x20 != 0: // it holds others
			end := from + length
			if length < 0 {
				end = -1
			}
			ends, at = append(ends, end), from
		default:
			at = from + length
		}
	}
	return true
}

// object reads where the content of an object begins, and its length; -1 of one
// that ends with a mark.
func object(ber []byte, at int) (from, length int, ok bool) {
	i := at + 1
	if ber[at]&0x1f == 0x1f { // a tag of several bytes
		for i < len(ber) && ber[i]&0x80 != 0 {
			i++
		}
		i++
	}
	if i >= len(ber) {
		return 0, 0, false
	}
	length = int(ber[i])
	i++
	if length == 0x80 {
		return i, -1, ber[at]&0x20 != 0
	}
	if length > 0x80 {
		bytes := length & 0x7f
		if bytes > 4 || i+bytes > len(ber) {
			return 0, 0, false
		}
		length = 0
		for _, b := range ber[i : i+bytes] {
			length = length<<8 | int(b)
		}
		i += bytes
	}
	return i, length, length <= len(ber)-i
}
