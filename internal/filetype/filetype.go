// Package filetype judges files that strangers send: what they are by their
// content, whether we take them, and how their name may be kept. It never
// unpacks anything.
package filetype

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// What Detect refuses.
var (
	ErrNotTaken = errors.New("files of this type are not taken")
	ErrMismatch = errors.New("the content is not what the file's name says")
)

// taken lists the media types we take, with the extensions their names may
// have. Everything is served back as a download, never shown inline.
func taken() map[string][]string {
	// Text is text: a log with commas in it looks like CSV and is none.
	text := []string{".txt", ".text", ".log", ".md", ".csv", ".tsv", ".json", ".eml", ".ics"}
	return map[string][]string{
		"text/plain":                text,
		"text/csv":                  text,
		"text/tab-separated-values": text,
		"text/calendar":             text,
		"application/json":          text,
		"message/rfc822":            text,
		"application/pdf":           {".pdf"},
		"image/png":                 {".png"},
		"image/jpeg":                {".jpg", ".jpeg"},
		"image/gif":                 {".gif"},
		"image/webp":                {".webp"},
		"image/heic":                {".heic", ".heif"},
		"image/tiff":                {".tif", ".tiff"},
		"text/rtf":                  {".rtf"},
		"application/msword":        {".doc"},
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": {".docx"},
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       {".xlsx"},
		"application/vnd.oasis.opendocument.text":                                 {".odt"},
		"application/vnd.oasis.opendocument.spreadsheet":                          {".ods"},
		"application/vnd.ms-tnef":                                                 {".dat"},
	}
}

// tnefMagic begins what Outlook wraps a mail in: winmail.dat.
const tnefMagic = "\x78\x9f\x3e\x22"

// Detect returns the media type of content. It is ErrNotTaken for a type that
// is not taken, and ErrMismatch where the name's extension claims another
// type. A name without an extension claims nothing.
func Detect(name string, content []byte) (string, error) {
	media, _, _ := strings.Cut(mimetype.Detect(content).String(), ";")
	if bytes.HasPrefix(content, []byte(tnefMagic)) {
		media = "application/vnd.ms-tnef"
	}
	extensions, ok := taken()[media]
	if !ok {
		return "", ErrNotTaken
	}
	claimed := strings.ToLower(path.Ext(name))
	if claimed == "" {
		return media, nil
	}
	if slices.Contains(extensions, claimed) {
		return media, nil
	}
	return "", ErrMismatch
}
