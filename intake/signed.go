package intake

import (
	"slices"
	"strings"

	"github.com/smallstep/pkcs7"
)

// mostSigned bounds what is opened: a message has one signature around it, or
// another one around that.
const mostSigned = 4

// opened takes apart what stands inside an S/MIME signature that wraps the whole
// (RFC 8551, 3.5.2), in its place. The signature is not checked: it proves
// nothing here. What cannot be opened stays a file, and is marked.
func opened(t tree) tree {
	for n := 1; ; n++ {
		at := slices.IndexFunc(t.leaves, func(l leaf) bool { return signed(l) && !l.sealed })
		if at < 0 {
			return t
		}
		var content []byte
		ok := n <= mostSigned
		if ok {
			content, ok = unsigned(t.leaves[at].decoded(len(t.leaves[at].body)))
		}
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
}

// signed reports whether a part holds another one inside a signature.
func signed(l leaf) bool {
	return (l.media == "application/pkcs7-mime" || l.media == "application/x-pkcs7-mime") && strings.EqualFold(l.params["smime-type"], "signed-data")
}

// unsigned returns what is signed, if there is anything.
func unsigned(ber []byte) (content []byte, ok bool) {
	defer func() {
		if recover() != nil { // of what strangers send
			content, ok = nil, false
		}
	}()
	der, ok := definite(ber)
	if !ok {
		return nil, false
	}
	p, err := pkcs7.Parse(der)
	if err != nil || len(p.Content) == 0 {
		return nil, false
	}
	return p.Content, true
}
