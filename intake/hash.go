package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// contentHash is the same for one message however often and by whatever way
// it came: trace fields are left out, line ends are made equal.
func contentHash(h header, m Mail, body []byte) string {
	body = bytes.TrimSpace(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")))
	return hashOf(strings.Join(m.From, "|"), cleanHeader(h.first("date")), m.Subject, m.MessageID, string(body))
}

// hashOf hashes values with their lengths, so that none can pass for part of
// another.
func hashOf(values ...string) string {
	sum := sha256.New()
	for _, v := range values {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(v)))
		sum.Write(size[:])
		sum.Write([]byte(v))
	}
	return hex.EncodeToString(sum.Sum(nil))
}
