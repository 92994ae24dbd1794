package pages

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Sender sends whole pages, packed where the browser takes that. The zero value
// is ready.
type Sender struct{ writers sync.Pool }

// padding is up to how many bytes a packed page is longer than it need be, at
// random: how long a page is packed would tell somebody on the wire whether
// what they had it repeat is in it already (BREACH; the remedy is that of
// "Heal the Breach", 2022).
const padding = 100

// Send sends a page.
func (s *Sender) Send(w http.ResponseWriter, r *http.Request, status int, page []byte) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		var err error
		if page, err = s.pack(page); err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	_, err := w.Write(page)
	return err
}

// pack compresses a page behind a header of a length that nobody knows.
func (s *Sender) pack(page []byte) ([]byte, error) {
	var b bytes.Buffer
	w, ok := s.writers.Get().(*gzip.Writer)
	if !ok {
		w = gzip.NewWriter(nil)
	}
	defer s.writers.Put(w)
	w.Reset(&b)
	n, err := rand.Int(rand.Reader, big.NewInt(padding))
	if err != nil {
		return nil, err
	}
	w.Extra = make([]byte, n.Int64())
	if _, err := w.Write(page); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
