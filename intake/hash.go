package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// contentHash is the same for one message however often and by whatever way
// it came: trace fields are left out, line ends are made equal.
func contentHash(h header, m Mail, body []byte) string {
	sum := sha256.New()
	write(sum, m.From...)
	write(sum, cleanHeader(h.first("date")), m.Subject, m.MessageID)
	body = bytes.TrimSpace(body)
	for len(body) > 0 {
		line, end := lineAt(body, 0)
		sum.Write(line)
		sum.Write([]byte("\n"))
		body = body[end:]
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// hashOf hashes values with their lengths, so that none can pass for part of
// another.
func hashOf(values ...string) string {
	sum := sha256.New()
	write(sum, values...)
	return hex.EncodeToString(sum.Sum(nil))
}

func write(sum hash.Hash, values ...string) {
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(values)))
	sum.Write(size[:])
	for _, v := range values {
		binary.BigEndian.PutUint64(size[:], uint64(len(v)))
		sum.Write(size[:])
		sum.Write([]byte(v))
	}
}
