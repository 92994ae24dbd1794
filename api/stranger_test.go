package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"habeas/api/apitest"
	"habeas/models"
)

// proxied trusts the test as a proxy: each address is a client of its own.
func proxied(c *config) {
	c.server.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

// Whoever knows a reference can have few mails sent, and uses up only their own
// tries: the owner of the mailbox gets in with the code of the last mail.
func TestAReferenceAloneLocksNobodyOut(t *testing.T) {
	t.Parallel()
	b := newBed(t, proxied)
	reference, _ := b.session() // the mailbox is proven: no limit on unproven ones bounds its mail
	path := "/v1/requests/" + reference
	stranger, owner := from("203.0.113.66"), from("198.51.100.7")
	before := len(b.codes(reference))
	for range 11 {
		b.want(http.StatusAccepted, b.Send("POST", path+"/codes", nil, stranger))
		b.issue(reference)
	}
	if n := len(b.codes(reference)) - before; n != 3 {
		t.Errorf("a stranger had %d codes mailed in a moment", n)
	}
	code := object{"code": b.code(reference)}
	for range 30 {
		b.want(http.StatusUnprocessableEntity, b.Send("POST", path+"/verify", object{"code": "AAAA-AAAA"}, stranger))
	}
	b.want(http.StatusUnprocessableEntity, b.Send("POST", path+"/verify", code, stranger)) // its tries are used up
	b.want(http.StatusOK, b.Send("POST", path+"/verify", code, owner))

	// A fresh code has fresh tries for everybody, and asking for it is not used up.
	b.want(http.StatusAccepted, b.Send("POST", path+"/codes", nil, owner))
	b.issue(reference)
	b.want(http.StatusOK, b.Send("POST", path+"/verify", object{"code": b.code(reference)}, stranger))
}

// However many clients guess, the owner of the mailbox gets in; and the networks of
// one IPv6 site are not many clients.
func TestGuessesOfThousandsUseUpNoCode(t *testing.T) {
	t.Parallel()
	b := newBed(t, proxied)
	reference, _ := b.session()
	path := "/v1/requests/" + reference
	b.want(http.StatusAccepted, b.Send("POST", path+"/codes", nil))
	b.issue(reference)
	r, err := b.store.Find(t.Context(), reference)
	must(t, err)
	for i := range 1200 {
		_, err := b.store.CountTry(t.Context(), r.ID, []models.Tries{{Key: fmt.Append(nil, i), Most: 5}}, b.clock())
		must(t, err)
	}
	for i := range 20 {
		b.want(http.StatusUnprocessableEntity, b.Send("POST", path+"/verify", object{"code": "AAAA-AAAA"}, from(fmt.Sprintf("2001:db8:7:%d::1", i))))
	}
	code := object{"code": b.code(reference)}
	b.want(http.StatusUnprocessableEntity, b.Send("POST", path+"/verify", code, from("2001:db8:7:99::1"))) // of the same /48
	b.want(http.StatusOK, b.Send("POST", path+"/verify", code, from("2001:db8:8::1")))
}

// A flood in a session is a few messages, and staff hear of it once until they
// look.
func TestAFloodOfMessagesIsOneLetter(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	write := func(want int) {
		t.Helper()
		b.want(want, b.Send("POST", "/v1/requests/"+reference+"/messages", object{"text": "Hello?"}, apitest.Bearer(token)))
	}
	letters := func(want int) {
		t.Helper()
		n := 0
		for _, m := range b.mails(reference) {
			if m.Letter != nil && m.Letter.Template() == "staff_replied" {
				n++
			}
		}
		if n != want {
			t.Errorf("staff have %d letters, want %d", n, want)
		}
	}
	for i := range 40 {
		if i < 30 {
			write(http.StatusCreated)
		} else {
			write(http.StatusTooManyRequests)
		}
	}
	b.want(http.StatusCreated, b.form("/v1/requests/"+reference+"/files", token, "a.txt", []byte("a file"), nil))
	letters(1)
	b.sleep(50 * time.Minute)
	b.want(http.StatusOK, b.as(models.RoleAgent, "GET", "/v1/admin/requests/"+reference, nil))
	token = b.fresh(reference)
	b.sleep(11 * time.Minute)
	write(http.StatusCreated)
	write(http.StatusCreated)
	letters(2)
}

// fresh types a fresh code.
func (b *bed) fresh(reference string) string {
	b.t.Helper()
	b.want(http.StatusAccepted, b.Send("POST", "/v1/requests/"+reference+"/codes", nil))
	b.issue(reference)
	return b.prove(reference)
}

// An address that imitates another is flagged, by whatever way it came.
func TestAnAddressThatMixesScriptsIsFlagged(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for address, want := range map[string]bool{"r\u043ebin@example.com": true, "robin@ex\u0430mple.com": true, "robin@example.com": false} {
		reference := b.submit(mailbox(address))
		var seen struct {
			MixedScript bool `json:"mixed_script"`
		}
		b.want(http.StatusOK, b.as(models.RoleAgent, "GET", "/v1/admin/requests/"+reference, nil)).JSON(t, &seen)
		if seen.MixedScript != want {
			t.Errorf("%q: %t", address, seen.MixedScript)
		}
	}
}
