package intake

import (
	"bytes"
	"cmp"
)

// Limits bounds what a message may cost. A zero field means its default. Over
// a limit a message is held for staff; what can be read cheaply is still read,
// because the walk over its parts takes time in proportion to its size only.
type Limits struct {
	Message     int // bytes of a raw message
	Header      int // bytes of its header block
	Fields      int // fields in it
	Field       int // bytes of one field
	DashLines   int // lines that begin with "--"
	Boundaries  int // occurrences of "boundary="
	Depth       int // of nested parts
	Parts       int
	Attachments int
	Text        int // bytes of text kept
	HTML        int // bytes of HTML that are converted
	References  int // message ids kept
	Received    int // fields; more is a loop
}

// withDefaults returns l with every zero replaced.
func (l Limits) withDefaults() Limits {
	return Limits{
		Message: cmp.Or(l.Message, 25<<20), Header: cmp.Or(l.Header, 256<<10), Fields: cmp.Or(l.Fields, 1000),
		Field: cmp.Or(l.Field, 64<<10), DashLines: cmp.Or(l.DashLines, 2000), Boundaries: cmp.Or(l.Boundaries, 40),
		Depth: cmp.Or(l.Depth, 20), Parts: cmp.Or(l.Parts, 500), Attachments: cmp.Or(l.Attachments, 50),
		Text: cmp.Or(l.Text, 256<<10), HTML: cmp.Or(l.HTML, 1<<20), References: cmp.Or(l.References, 100),
		Received: cmp.Or(l.Received, 50),
	}
}

// What lies beyond these is not looked at, whatever the limits say.
const (
	hardDepth     = 2_000
	hardParts     = 10_000
	hardFields    = 20_000
	hardField     = 64 << 10 // bytes of one field
	hardAddresses = 200
	hardLoops     = 100
	hardBrief     = 2_000   // bytes of a value that is never long: a mark, a file name, the words of a server
	hardDecoded   = 8 << 20 // bytes of all the parts that are read as text, as they came
)

// prescan judges the raw bytes before anything parses them. It counts by bytes
// alone, so nothing a message says can make it slow.
func (l Limits) prescan(raw []byte) Defect {
	if len(raw) > l.Message {
		return FaultTooLarge
	}
	if dashes := bytes.Count(raw, []byte("\n--")); dashes > l.DashLines {
		return FaultTooManyParts
	}
	if countFold(raw, "boundary=", l.Boundaries+1) > l.Boundaries {
		return FaultTooManyParts
	}
	return ""
}

// countFold counts word in raw without regard to ASCII case, up to most.
func countFold(raw []byte, word string, most int) int {
	n, first := 0, []byte{word[0]}
	for _, b := range [][]byte{first, bytes.ToUpper(first)} {
		for rest := raw; n < most; {
			i := bytes.IndexByte(rest, b[0])
			if i < 0 {
				break
			}
			rest = rest[i:]
			if len(rest) < len(word) {
				break
			}
			if bytes.EqualFold(rest[:len(word)], []byte(word)) {
				n++
			}
			rest = rest[1:]
		}
	}
	return n
}
