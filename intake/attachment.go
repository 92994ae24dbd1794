package intake

import (
	"fmt"
	"net/http"
	"strings"

	"habeas/internal/filetype"
)

// Attachment is a file that came with a message. It is never unpacked, and its
// name is data only.
type Attachment struct {
	Name    string // cleaned; attachment-N.bin where it has none
	Claimed string // the media type that the message claims
	Media   string // by its first bytes
	Taken   bool   // it is of a type we take, and what its name says it is
	part    leaf
}

// sniffed is how many encoded bytes decide what a file is.
const sniffed = 8 << 10

func attachment(l leaf, n int) Attachment {
	a := Attachment{Claimed: cleanHeader(l.media), part: l}
	if visible(strings.Trim(l.filename, `./\ `)) {
		a.Name = filetype.CleanName(cleanHeader(l.filename))
	}
	if a.Name == "" || a.Name == "attachment.bin" {
		a.Name = fmt.Sprintf("attachment-%d.bin", n)
	}
	head := l.decoded(sniffed)
	media, err := filetype.Detect(a.Name, head)
	if a.Taken = err == nil; a.Taken {
		a.Media = media
		return a
	}
	a.Media, _, _ = strings.Cut(http.DetectContentType(head), ";")
	return a
}

// Content decodes the file. It is not kept: files are large.
func (a Attachment) Content() []byte { return a.part.decoded(len(a.part.body)) }
