package store_test

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"habeas/internal/keyring"
	"habeas/migrations"
	"habeas/models"
)

// canaries hands out words that nobody else uses, each for one personal field.
type canaries struct{ words []string }

func (c *canaries) word() string {
	w := fmt.Sprintf("Canary%02dZwitschert", len(c.words))
	c.words = append(c.words, w)
	return w
}

func (c *canaries) email() string { return c.word() + "@canary.example" }

// K4: whoever has the database without the keys reads nobody's data.
func TestTheDatabaseAloneTellsNothingPersonal(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		var c canaries
		shredded := personal(t, b, &c)
		personal(t, b, &c)
		must(t, b.Shred(ctx, shredded.ID, noon))
		staff := models.Staff{ID: newID(), Name: c.word(), Email: c.email(), Role: models.RoleAdmin, CreatedAt: noon}
		must(t, b.AddStaff(ctx, staff, nil, models.Event{ID: newID(), At: noon, Kind: models.EventStaffAdded}))
		_, err := b.ArmSetup(ctx, []byte("hash"))
		must(t, err)
		must(t, b.CommitAccount(ctx, models.AccountChange{
			StaffID: staff.ID, At: noon, Password: c.word(), Factor: []byte(c.word()),
			Open: &models.StaffSession{
				ID: newID(), StaffID: staff.ID, Hash: []byte("s"), CreatedAt: noon, SeenAt: noon, Browser: c.word(), Candidate: []byte(c.word()),
			},
			Decision: models.Decision{Messages: []models.Message{
				{ID: newID(), Letter: &models.StaffInvitationLetter{Secret: c.word()}, CreatedAt: noon, Delivery: models.DeliveryQueued},
			}},
		}))
		digest := models.Message{ID: newID(), Letter: &models.StaffDeadJobLetter{Error: c.word()}, Text: c.word(), CreatedAt: noon, Delivery: models.DeliveryQueued}
		once := models.Once{Scope: "t", Key: "without a request", BodyHash: []byte("h"), Answer: []byte(c.word())}
		must(t, b.Commit(ctx, models.Decision{Messages: []models.Message{digest}, Effects: []models.Effect{once}}))
		if len(c.words) < 60 {
			t.Errorf("only %d canaries", len(c.words))
		}

		dump := b.dump(t)
		if !bytes.Contains(dump, []byte(shredded.Reference)) || !bytes.Contains(dump, []byte("submitted")) {
			t.Fatal("the dump does not hold what it must")
		}
		lower := bytes.ToLower(dump)
		for _, w := range c.words {
			for name, form := range forms(w) {
				if bytes.Contains(lower, bytes.ToLower(form)) {
					t.Errorf("%s is in the database (%s)", w, name)
				}
			}
		}
	})
}

// personal stores a request with every personal field there is, and all that
// comes to a request later.
func personal(t *testing.T, b *bed, c *canaries) models.Request {
	t.Helper()
	r := newRequest(func(r *models.Request) {
		r.Content = models.Content{
			Person:   models.Person{Name: c.word(), Email: c.email()},
			OnBehalf: &models.OnBehalf{Role: models.CapacityParent, Name: c.word(), Email: c.email(), Authority: c.word()},
			Details:  c.word(),
			Fields:   map[string]any{"account": c.word(), c.word(): true, "places": []any{c.word(), map[string]any{"url": c.word()}}},
			ItemTexts: []models.ItemContent{{
				No: 1, Subject: c.word(), Current: c.word(), Requested: c.word(),
				Explanations: map[string]string{"exempt": c.word()},
			}},
		}
	})
	com := submit(r)
	com.With(models.Once{Scope: "public", Key: r.ID, BodyHash: []byte("h"), Status: 201, Answer: []byte(`{"name":"` + c.word() + `"}`)})
	about := models.About{Reference: r.Reference, Type: r.Type, Locale: "en", Name: c.word()}
	com.Messages = nil
	for _, l := range []models.Letter{
		&models.CodeLetter{About: about, Code: c.word()},
		&models.QuestionLetter{About: about, Text: c.word()},
		&models.ReplyLetter{About: about, Text: c.word()},
		&models.ExtendedLetter{About: about, Reason: c.word()},
		&models.AnswerLetter{About: about, Outcome: models.OutcomeDenied, Text: c.word(), Reasons: []models.Reason{{Explanation: c.word()}}, Items: []models.AnswerItem{{Label: c.word()}}},
		&models.StaffReturnedLetter{About: about, Reason: c.word()},
	} {
		m := message(r, c.word())
		m.Letter = l
		com.Messages = append(com.Messages, m)
	}
	file := models.File{ID: newID(), RequestID: r.ID, Blob: newID(), Name: c.word() + ".pdf", MediaType: "application/pdf", CreatedAt: noon}
	com.With(models.FileAdded{File: file})
	must(t, b.Commit(t.Context(), com))
	changed := step(r, func(r *models.Request) {
		r.Details, r.Person.Email, r.OnBehalf = c.word(), c.email(), nil
	})
	must(t, b.Commit(t.Context(), changed))
	sealed, err := b.SealFile(t.Context(), file, []byte(c.word()))
	must(t, err)
	if strings.Contains(string(sealed), c.words[len(c.words)-1]) {
		t.Error("a file is not sealed")
	}
	return changed.Request
}

// forms returns the spellings in which a word may hide.
func forms(word string) map[string][]byte {
	var le, be []byte
	for _, u := range utf16.Encode([]rune(word)) {
		le = append(le, byte(u), byte(u>>8))
		be = append(be, byte(u>>8), byte(u))
	}
	all := map[string][]byte{"raw": []byte(word), "hex": []byte(hex.EncodeToString([]byte(word))), "utf-16le": le, "utf-16be": be}
	for shift := range 3 { // base64 depends on where in a triple the word begins
		s := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + word))
		all[fmt.Sprint("base64+", shift)] = []byte(s[4 : len(s)-4])
	}
	return all
}

// dump returns everything that the database holds: every row of every table
// as text, and of SQLite the very files.
func (b *bed) dump(t *testing.T) []byte {
	t.Helper()
	var all bytes.Buffer
	for _, table := range b.tables(t) {
		for _, row := range b.rows(t, "SELECT * FROM "+table) {
			for _, v := range row {
				switch v := v.(type) {
				case []byte:
					all.Write(v)
				default:
					fmt.Fprint(&all, v)
				}
				all.WriteByte('\n')
			}
		}
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if b.dialect == migrations.SQLite {
			file, err := os.ReadFile(b.config.Path + suffix)
			must(t, err)
			all.Write(file)
		}
	}
	return all.Bytes()
}

func (b *bed) tables(t *testing.T) []string {
	t.Helper()
	statement := "SELECT name FROM sqlite_schema WHERE type = 'table'"
	if b.dialect == migrations.Postgres {
		statement = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
	}
	var names []string
	for _, row := range b.rows(t, statement) {
		names = append(names, fmt.Sprint(row[0]))
	}
	if len(names) < 16 {
		t.Fatalf("only the tables %v", names)
	}
	return names
}

func (b *bed) bytes(t *testing.T, statement string) (v []byte) {
	t.Helper()
	must(t, b.raw.QueryRowContext(t.Context(), statement).Scan(&v))
	return v
}

func (b *bed) rows(t *testing.T, statement string) [][]any {
	t.Helper()
	rows, err := b.raw.QueryContext(t.Context(), statement)
	must(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	var all [][]any
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		must(t, rows.Scan(into...))
		all = append(all, row)
	}
	must(t, rows.Err())
	return all
}

// K3: a sealed value is bound to its row and column.
func TestASealedValueCannotBeMoved(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		r, other := b.submitted(t), b.submitted(t)
		m1, m2 := message(r, "one"), message(r, "two")
		c := models.Decision{Request: r, Before: r.Version, Messages: []models.Message{m1, m2}}
		must(t, b.Commit(ctx, c))
		ada := models.Staff{ID: newID(), Name: "Ada", Email: "ada@example.org", Role: models.RoleAgent, CreatedAt: noon}
		bob := models.Staff{ID: newID(), Name: "Bob", Email: "bob@example.org", Role: models.RoleAdmin, CreatedAt: noon}
		must(t, b.AddStaff(ctx, ada, nil, models.Event{ID: newID(), At: noon}))
		must(t, b.AddStaff(ctx, bob, nil, models.Event{ID: newID(), At: noon}))

		moves := map[string]func() error{
			"UPDATE requests SET content = (SELECT content FROM requests o WHERE o.id = '" + other.ID + "') WHERE id = '" + r.ID + "'": func() error {
				_, err := b.Find(ctx, r.Reference)
				return err
			},
			"UPDATE request_keys SET wrapped = (SELECT wrapped FROM request_keys o WHERE o.request_id = '" + r.ID + "') WHERE request_id = '" + other.ID + "'": func() error {
				_, err := b.Find(ctx, other.Reference)
				return err
			},
			"UPDATE messages SET text = (SELECT text FROM messages o WHERE o.id = '" + m2.ID + "') WHERE id = '" + m1.ID + "'": func() error {
				_, err := b.Message(ctx, m1.ID)
				return err
			},
			"UPDATE messages SET letter = text WHERE id = '" + m2.ID + "'": func() error {
				_, err := b.Message(ctx, m2.ID)
				return err
			},
			"UPDATE staff SET email = (SELECT email FROM staff o WHERE o.id = '" + bob.ID + "') WHERE id = '" + ada.ID + "'": func() error {
				_, err := b.FindStaff(ctx, ada.ID)
				return err
			},
		}
		for statement, read := range moves {
			must(t, read())
			_ = statement
		}
		for statement, read := range moves {
			b.exec(t, statement)
			if err := read(); !errors.Is(err, keyring.ErrUnreadable) {
				t.Errorf("after %s reading gave %v", statement, err)
			}
		}
	})
}

func TestAShreddedRequestKeepsItsFactsOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		// Long enough to fill pages of its own, which SQLite would only unlink.
		r, kept := b.submitted(t, func(r *models.Request) { r.Details = strings.Repeat("long ", 5000) }), b.submitted(t)
		same := b.submitted(t, func(n *models.Request) { n.Person.Email = r.Person.Email })
		f := models.File{ID: newID(), RequestID: r.ID, Blob: "b", Name: "cv.pdf", CreatedAt: noon}
		m := message(r, "words")
		c := models.Decision{Request: r, Before: r.Version, Messages: []models.Message{m}, Effects: []models.Effect{
			models.FileAdded{File: f},
			models.SessionOpened{Session: models.Session{ID: newID(), RequestID: r.ID, Hash: []byte("h"), ExpiresAt: noon.Add(time.Hour)}},
			models.Once{Scope: "s", Key: "k", BodyHash: []byte("h"), Status: 200, Answer: []byte("answer")},
		}}
		must(t, b.Commit(ctx, c))
		file, err := b.SealFile(ctx, f, []byte("bytes"))
		must(t, err)
		plain, err := b.OpenFile(ctx, f, file)
		must(t, err)
		if string(plain) != "bytes" {
			t.Errorf("the file is %q", plain)
		}
		of := " WHERE request_id = '" + r.ID + "'"
		wrapped := b.bytes(t, "SELECT wrapped FROM request_keys"+of)
		content := b.bytes(t, "SELECT content FROM requests WHERE id = '"+r.ID+"'")
		before, err := b.Events(ctx, r.ID)
		must(t, err)

		must(t, b.Shred(ctx, r.ID, noon))
		must(t, b.Shred(ctx, r.ID, noon.Add(time.Hour))) // again does nothing

		for _, sealed := range []string{
			"request_keys" + of + " AND wrapped IS NOT NULL", "messages" + of + " AND (text IS NOT NULL OR letter IS NOT NULL)",
			"files" + of + " AND name IS NOT NULL", "idempotency" + of + " AND answer IS NOT NULL",
			"requests WHERE id = '" + r.ID + "' AND (content IS NOT NULL OR email_index IS NOT NULL OR alike IS NOT NULL)",
		} {
			if n := b.count(t, sealed); n != 0 {
				t.Errorf("%d left in %s", n, sealed)
			}
		}
		got, err := b.Find(ctx, r.Reference)
		must(t, err)
		want := r
		want.Content, want.Shredded = models.Content{}, true
		if !reflect.DeepEqual(got, want) {
			t.Errorf("\n got %+v\nwant %+v", got, want)
		}
		messages, err := b.Messages(ctx, r.ID)
		must(t, err)
		for _, m := range messages {
			if m.Text != "" || m.Letter != nil {
				t.Errorf("a message says %+v", m)
			}
		}
		files, err := b.Files(ctx, r.ID)
		must(t, err)
		if len(files) != 1 || files[0].Name != "" || files[0].Blob != "b" {
			t.Errorf("files are %+v", files)
		}
		if _, err = b.OpenFile(ctx, f, file); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("OpenFile gave %v", err)
		}
		o, err := b.Answered(ctx, "s", "k")
		must(t, err)
		if o.Answer != nil || o.Status != 200 {
			t.Errorf("the answer is %+v", o)
		}
		_, err = b.Session(ctx, []byte("h"), noon)
		wantCode(t, err, models.CodeNotFound)
		list, _, err := b.List(ctx, models.Filter{Email: r.Person.Email, Limit: 10})
		must(t, err)
		if len(list) != 1 || list[0].ID != same.ID {
			t.Errorf("the address finds %v", list)
		}
		after, err := b.Events(ctx, r.ID)
		must(t, err)
		if !reflect.DeepEqual(after, before) || len(after) == 0 {
			t.Errorf("the events became %v", after)
		}
		if b.dialect == migrations.SQLite { // what was deleted is overwritten
			b.exec(t, "PRAGMA wal_checkpoint(TRUNCATE)")
			raw, err := os.ReadFile(b.config.Path)
			must(t, err)
			if bytes.Contains(raw, wrapped) || bytes.Contains(raw, content[len(content)-64:]) {
				t.Error("the wrapped key or the content is still in the file")
			}
		}
		if got, err := b.Find(ctx, kept.Reference); err != nil || got.Person.Name == "" {
			t.Errorf("another request: %+v, %v", got, err)
		}
	})
}

func TestNothingPersonalComesBackAfterShredding(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		r := b.submitted(t)
		must(t, b.Shred(ctx, r.ID, noon))
		// Read before, written after.
		late := step(r, func(r *models.Request) { r.State = models.StateOpen })
		if code := models.CodeOf(b.Commit(ctx, late)); code != models.CodeStale && code != models.CodeConflict {
			t.Errorf("a late command gave %q", code)
		}
		note := models.Decision{Request: r, Before: r.Version, Messages: []models.Message{message(r, "words")}}
		wantCode(t, b.Commit(ctx, note), models.CodeConflict)
		// Its facts may still change.
		now, err := b.Find(ctx, r.Reference)
		must(t, err)
		must(t, b.Commit(ctx, step(now, func(r *models.Request) { r.State = models.StateClosed })))
		var content sql.NullString
		must(t, b.raw.QueryRowContext(ctx, "SELECT content FROM requests").Scan(&content))
		if content.Valid {
			t.Errorf("the content is %q", content.String)
		}
	})
}

func TestARequestFromAListKeepsItsContent(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		r := b.submitted(t)
		list, _, err := b.List(ctx, models.Filter{Limit: 1})
		must(t, err)
		if !reflect.DeepEqual(list[0].Content, models.Content{}) || list[0].Shredded {
			t.Errorf("the list shows %+v", list[0])
		}
		must(t, b.Commit(ctx, step(list[0], func(r *models.Request) { r.State = models.StateOpen })))
		got, err := b.Find(ctx, r.Reference)
		must(t, err)
		if !reflect.DeepEqual(got.Content, r.Content) || got.State != models.StateOpen {
			t.Errorf("the request is now %+v", got)
		}
	})
}
