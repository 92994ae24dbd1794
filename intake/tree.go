package intake

import (
	"bytes"
	"cmp"
	"strings"
)

// leaf is a part of a message that holds no parts. Its body is a piece of the
// raw bytes, not a copy.
type leaf struct {
	media       string            // lower case; text/plain where nothing is said
	params      map[string]string // of the media type
	disposition string            // lower case; "" where nothing is said
	filename    string            // decoded but not cleaned
	encoding    string            // of the transfer, lower case
	alternative int               // number of the multipart/alternative it stands in; 0 for none
	body        []byte
	sealed      bool // there is a part inside, and it cannot be opened
}

// tree is a message taken apart.
type tree struct {
	leaves  []leaf
	root    string // media type of the message itself
	report  string // the report-type of a multipart/report, wherever it stands
	reports bool   // there is a multipart/report
	depth   int    // of the deepest part
	broken  bool   // a multipart without a single part
	cut     bool   // the hard limits stopped the walk
}

// level is a multipart whose end has not come yet.
type level struct {
	boundary    string
	digest      bool
	alternative int // number of the outermost multipart/alternative around it
	shadowed    int // index of the outer level with the same boundary, or -1
}

// walker takes a message apart in one pass over its lines. The library it
// could have used is super-linear in depth and number of parts (60 s for 1.4
// MB of nested parts); here a line costs one look into a map.
type walker struct {
	tree
	raw          []byte
	levels       []level
	index        map[string]int // boundary → innermost level
	open         *leaf
	alternatives int
	from         int // where the open leaf's body begins
}

// walk takes the body of a message apart.
func walk(h header, body []byte) tree {
	w := &walker{raw: body, index: map[string]int{}}
	w.root, _ = mediaType(h, "text/plain")
	w.enter(h, 0, "text/plain")
	var next int
	for at := 0; at < len(body); at = next {
		line, end := lineAt(body, at)
		next = end
		i, closes, ok := w.boundary(line)
		if !ok {
			continue
		}
		w.finish(at)
		w.pop(i + 1)
		if closes {
			w.pop(i)
			continue
		}
		if len(w.leaves) >= hardParts {
			w.cut = true
			return w.tree
		}
		next = w.part(end, w.levels[i].digest)
	}
	w.finish(len(body))
	if len(w.leaves) == 0 && strings.HasPrefix(w.root, "multipart/") {
		w.broken = true
	}
	return w.tree
}

// part reads the header of the part that begins at an offset and returns where
// its body does.
func (w *walker) part(at int, digest bool) int {
	h, rest := scanHeader(w.raw[at:], func(line []byte) bool {
		_, _, ok := w.boundary(line)
		return ok
	})
	fallback := "text/plain"
	if digest {
		fallback = "message/rfc822"
	}
	bodyAt := len(w.raw) - len(rest)
	w.enter(h, bodyAt, fallback)
	return bodyAt
}

// enter opens a part: another level, or a leaf.
func (w *walker) enter(h header, bodyAt int, fallback string) {
	media, params := mediaType(h, fallback)
	boundary := strings.TrimRight(params["boundary"], " \t")
	if media == "multipart/report" {
		w.reports = true
		if w.report == "" {
			w.report = strings.ToLower(params["report-type"])
		}
	}
	if strings.HasPrefix(media, "multipart/") && boundary != "" && len(w.levels) < hardDepth {
		w.push(boundary, media)
		return
	}
	l := newLeaf(h, media, params)
	l.alternative = w.alternative()
	// Without a boundary the whole message is one piece of text.
	if strings.HasPrefix(media, "multipart/") && len(w.levels) == 0 {
		l.media = "text/plain"
	}
	w.open, w.from = &l, bodyAt
}

func (w *walker) push(boundary, media string) {
	next := level{boundary: boundary, digest: media == "multipart/digest", alternative: w.alternative()}
	if media == "multipart/alternative" && next.alternative == 0 {
		w.alternatives++
		next.alternative = w.alternatives
	}
	next.shadowed = -1
	if outer, ok := w.index[boundary]; ok {
		next.shadowed = outer
	}
	w.index[boundary] = len(w.levels)
	w.levels = append(w.levels, next)
	w.depth = max(w.depth, len(w.levels))
}

func (w *walker) alternative() int {
	if len(w.levels) == 0 {
		return 0
	}
	return w.levels[len(w.levels)-1].alternative
}

// pop closes every level from the given one inwards.
func (w *walker) pop(to int) {
	for i := len(w.levels) - 1; i >= to; i-- {
		l := w.levels[i]
		delete(w.index, l.boundary)
		if l.shadowed >= 0 {
			w.index[l.boundary] = l.shadowed
		}
	}
	w.levels = w.levels[:min(to, len(w.levels))]
}

// finish closes the open leaf before an offset; the line break before a
// boundary belongs to the boundary.
func (w *walker) finish(at int) {
	if w.open == nil {
		return
	}
	body := w.raw[w.from:max(at, w.from)]
	if at < len(w.raw) {
		body = bytes.TrimSuffix(bytes.TrimSuffix(body, []byte("\n")), []byte("\r"))
	}
	w.open.body = body
	w.leaves = append(w.leaves, *w.open)
	w.open = nil
}

// boundary says which level a line delimits and whether it closes it.
func (w *walker) boundary(line []byte) (int, bool, bool) {
	if len(line) < 3 || line[0] != '-' || line[1] != '-' {
		return 0, false, false
	}
	key := bytes.TrimRight(line[2:], " \t\r")
	opens, isOpen := w.index[string(key)]
	bare, dashed := bytes.CutSuffix(key, []byte("--"))
	closed, isClose := w.index[string(bare)]
	// Where one line could mean two levels, the outer one decides.
	if dashed && isClose && (!isOpen || closed < opens) {
		return closed, true, true
	}
	return opens, false, isOpen
}

// mediaType reads the Content-Type of a header. What cannot be read is text,
// as RFC 2045 says.
func mediaType(h header, fallback string) (string, map[string]string) {
	value := h.first("content-type")
	if value == "" {
		return fallback, nil
	}
	media, params := parseMedia(value)
	if !strings.Contains(media, "/") {
		return "text/plain", params
	}
	return media, params
}

func newLeaf(h header, media string, params map[string]string) leaf {
	l := leaf{media: media, params: params}
	var dparams map[string]string
	if value := h.first("content-disposition"); value != "" {
		l.disposition, dparams = parseMedia(value)
	}
	l.filename = decodeWords(clip(cmp.Or(dparams["filename"], params["name"]), hardBrief))
	if f := strings.Fields(h.first("content-transfer-encoding")); len(f) > 0 {
		l.encoding, _, _ = strings.Cut(strings.ToLower(f[0]), ";")
	}
	return l
}

// isBody reports whether the leaf is something to read rather than a file.
func (l leaf) isBody() bool {
	return (l.media == "text/plain" || l.media == "text/html") && l.filename == "" && l.disposition != "attachment"
}
