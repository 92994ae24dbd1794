package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"habeas/models"
)

// Commit stores all of c or nothing. Besides what its fields say it returns
// CodeConflict for a new request whose id or reference is taken, for personal
// data of a request whose key is destroyed, and for a mail that was placed
// meanwhile; CodeInFlight if the idempotency key of Once is taken (Answered
// then has the answer); CodeNotFound if CodeUsed was used before; and where
// Brake is over a limit, which one. A request that comes without its Content
// keeps the one it has.
func (s *Store) Commit(ctx context.Context, c models.Commit) error {
	p, err := s.planCommit(ctx, c)
	if err != nil {
		return err
	}
	return s.run(ctx, p)
}

// planCommit writes the steps in the order in which every transaction takes
// its locks: the job, the key, the request, then what belongs to it.
func (s *Store) planCommit(ctx context.Context, c models.Commit) (*plan, error) {
	b, wrapped, err := s.boxFor(ctx, c)
	if err != nil {
		return nil, err
	}
	p, at := s.plan(ctx), s.momentOf(c)
	if c.JobDone != "" {
		p.finish(c.JobDone, at)
	}
	if c.JobFailed != nil {
		p.fail(*c.JobFailed)
	}
	if err := p.once(b, c.Request.ID, c.Once, at); err != nil {
		return nil, err
	}
	if err := s.planRequest(p, b, c, wrapped); err != nil {
		return nil, err
	}
	p.heard(c)
	if err := p.consequences(b, c.Decision); err != nil {
		return nil, err
	}
	if err := p.belongings(b, c.Decision, at); err != nil {
		return nil, err
	}
	if err := s.mail(p, b, c.Mail); err != nil {
		return nil, err
	}
	s.wish(p, c.Wish, at)
	s.release(p, c.Proved)
	s.brake(p, c.Brake, at)
	return p, nil
}

// boxFor returns the keys that c needs, and the wrapped key of a new request.
func (s *Store) boxFor(ctx context.Context, c models.Commit) (*box, []byte, error) {
	var ids []string
	if c.Before > 0 {
		ids = append(ids, c.Request.ID)
	}
	for _, m := range c.Messages {
		if m.RequestID != c.Request.ID {
			ids = append(ids, m.RequestID)
		}
	}
	if c.Delivery != nil && c.Delivery.Forget {
		ids = append(ids, c.Delivery.Message.RequestID)
	}
	b, err := s.boxOf(ctx, ids...)
	if err == nil && c.Mail != nil {
		err = s.addMailKey(ctx, b, c.Mail.ID)
	}
	if err != nil || c.Before > 0 || c.Request.ID == "" {
		return b, nil, err
	}
	wrapped, k, err := s.keys.NewKey(c.Request.ID)
	if err != nil {
		return nil, nil, err
	}
	b.keys[c.Request.ID] = k
	return b, wrapped, nil
}

// momentOf is when the command was decided: all its events say so.
func (s *Store) momentOf(c models.Commit) time.Time {
	if len(c.Events) > 0 {
		return stored(c.Events[0].At)
	}
	return s.now()
}

// once keeps the answer under an idempotency key, sealed with the key of the
// request that it is about, if any.
func (p *plan) once(b *box, requestID string, o *models.Once, at time.Time) error {
	if o == nil {
		return nil
	}
	answer, err := b.seal(requestID, o.Answer, placeOnce(o.Scope, o.Key))
	if err != nil {
		return err
	}
	insertOne(p, onceRow{
		Scope: o.Scope, Key: o.Key, RequestID: text(requestID), BodyHash: o.BodyHash,
		Status: o.Status, Answer: answer, CreatedAt: at,
	}).unique(models.Errorf(models.CodeInFlight, "the idempotency key is in use"))
	return nil
}

func placeOnce(scope, key string) string { return placeAnswer + scope + "\x00" + key }

func (s *Store) planRequest(p *plan, b *box, c models.Commit, wrapped []byte) (err error) {
	if c.Request.ID == "" {
		return nil
	}
	stale := models.Errorf(models.CodeStale, "the request has changed since it was read")
	if c.Request.Version == c.Before {
		// Nothing changes, but the row is locked and known to be the same.
		p.exec("UPDATE requests SET version = version WHERE id = ? AND version = ?", c.Request.ID, c.Before).must(stale)
		return nil
	}
	row := newRequestRow(c.Request)
	if !blank(c.Request.Content) {
		if row.Content, err = b.sealJSON(row.ID, c.Request.Content, placeContent+row.ID); err != nil {
			return err
		}
		row.EmailIndex = s.index(indexMailbox, c.Request.Mailbox())
	}
	if c.Before > 0 {
		p.update(row, c).must(stale)
		if deadlineChanged(c.Events) {
			p.exec("DELETE FROM request_regimes WHERE request_id = ?", row.ID)
			insert(p, regimesOf(c.Request))
		}
		return nil
	}
	row.Alike = s.index(indexAlike, c.Alike)
	insertOne(p, row).unique(models.Errorf(models.CodeConflict, "the reference is taken"))
	insertOne(p, keyRow{RequestID: row.ID, Wrapped: wrapped})
	insert(p, regimesOf(c.Request))
	if c.Request.Mail == "" {
		return nil
	}
	// Its mail leads to it from the start: the mail is placed only once all that
	// it asks for is done, and a proof has to reach those requests before.
	p.exec("INSERT INTO mail_requests (mail_id, request_id) SELECT m.id, r.id FROM received_mail m, requests r "+
		"WHERE m.id = ? AND r.id = ?", c.Request.Mail, row.ID)
	return nil
}

// heard refuses a decision of somebody who has not read the requester's last
// message. It comes after the request's row is locked, as every message that
// comes in locks it too: one that is being stored is seen here, or waits.
func (p *plan) heard(c models.Commit) {
	if c.Heard == nil {
		return
	}
	p.exec("UPDATE requests SET version = version WHERE id = ? AND (SELECT count(*) FROM messages WHERE request_id = ? AND direction = ?) = ?",
		c.Request.ID, c.Request.ID, models.Incoming, *c.Heard).must(models.Errorf(models.CodeStale, "the requester has written since the request was read"))
}

// update changes the row where it still has the version it was read at. That
// is the lock: of two commands that race one updates a row and the other
// updates none, in both databases. Whoever read the content before the key
// was destroyed has to read again, too.
func (p *plan) update(row requestRow, c models.Commit) *step {
	columns := []string{
		"version", "type", "also", "state", "outcome", "level", "assignee", "country", "governing",
		"received_at", "respond_by", "closed_at", "unsent", "facts",
	}
	if row.Content != nil {
		columns = append(columns, "content", "email_index")
	}
	shredded := "shredded_at IS NULL"
	if c.Request.Shredded {
		shredded = "shredded_at IS NOT NULL"
	}
	return p.add(p.build.Model(&requestRow{}).
		Where("id = ? AND version = ? AND "+shredded, row.ID, c.Before).
		Select(columns).Updates(row))
}

func deadlineChanged(events []models.Event) bool {
	for _, e := range events {
		if e.Change.Deadline != nil || e.Change.Initial != nil {
			return true
		}
	}
	return false
}

func regimesOf(r models.Request) []regimeRow {
	var rows []regimeRow
	seen := map[string]bool{}
	for _, regime := range r.Deadline.Regimes {
		if !seen[regime] {
			seen[regime] = true
			rows = append(rows, regimeRow{RequestID: r.ID, Regime: regime})
		}
	}
	return rows
}

// consequences adds what may follow from a command on any request or none.
func (p *plan) consequences(b *box, d models.Decision) error {
	p.events(d.Events)
	if err := p.messages(b, d.Messages); err != nil {
		return err
	}
	p.jobs(d.Jobs)
	if d.Delivery != nil {
		return p.delivery(b, *d.Delivery)
	}
	return nil
}

// delivery records what became of a mail.
func (p *plan) delivery(b *box, d models.MailResult) error {
	m := d.Message
	if m.Delivery == models.DeliveryBounced {
		// Of two notices that race one finds that the other was faster.
		p.exec("UPDATE messages SET delivery = ?, last_error = ? WHERE id = ? AND delivery <> ?",
			m.Delivery, m.LastError, m.ID, m.Delivery).must(models.Errorf(models.CodeStale, "the mail has come back before"))
	} else {
		// A mail may come back before it is recorded that the server took it.
		const unless = "CASE WHEN delivery = 'bounced' THEN "
		p.exec("UPDATE messages SET last_error = "+unless+"last_error ELSE ? END, delivery = "+unless+"delivery ELSE ? END, "+
			"attempts = ?, sent_at = ?, staff = ? WHERE id = ?",
			m.LastError, m.Delivery, m.Attempts, orNull(m.SentAt), m.Staff, m.ID).must(missing("such message"))
	}
	if !d.Forget || b.destroyed(m.RequestID) {
		return nil
	}
	row, err := b.messageRow(m)
	if err != nil {
		return err
	}
	// Where the letter was shredded meanwhile it stays so.
	p.exec("UPDATE messages SET letter = ? WHERE id = ? AND letter IS NOT NULL", row.Letter, m.ID)
	return nil
}

// events adds lines to the log, each with its mark for the Merkle log.
func (p *plan) events(events []models.Event) {
	rows, pending := make([]eventRow, len(events)), make([]pendingRow, len(events))
	for i, e := range events {
		rows[i], pending[i] = newEventRow(e), pendingRow{EventID: e.ID}
	}
	insert(p, rows)
	insert(p, pending)
}

// messages adds messages, each once for its key.
func (p *plan) messages(b *box, messages []models.Message) error {
	rows := make([]messageRow, len(messages))
	for i, m := range messages {
		var err error
		if rows[i], err = b.messageRow(m); err != nil {
			return err
		}
	}
	insert(p, rows, unlessThere("unique_key"))
	return nil
}

// jobs adds jobs, each once for its key.
func (p *plan) jobs(jobs []models.Job) {
	rows := make([]jobRow, len(jobs))
	for i, j := range jobs {
		rows[i] = newJobRow(j)
	}
	insert(p, rows, unlessThere("unique_key"))
}

// finish marks a job done, or fails.
func (p *plan) finish(id string, at time.Time) {
	p.exec("UPDATE jobs SET state = ?, done_at = ? WHERE id = ? AND state = ?",
		models.JobDone, at, id, models.JobPending).must(models.ErrJobDone)
}

// belongings adds what belongs to the request of the command only.
func (p *plan) belongings(b *box, d models.Decision, at time.Time) error {
	if d.CodeUsed != "" {
		p.exec("UPDATE codes SET used = ?, live = ? WHERE id = ? AND used = ?", true, false, d.CodeUsed, false).
			must(missing("such code, or it was used before"))
	}
	if d.Code != nil {
		p.exec("UPDATE codes SET live = ? WHERE request_id = ? AND live", false, d.Code.RequestID)
		insertOne(p, codeRow{
			ID: d.Code.ID, RequestID: d.Code.RequestID, Digest: d.Code.Digest,
			CreatedAt: at, ExpiresAt: stored(d.Code.ExpiresAt), Tries: d.Code.Tries, Live: true,
		})
	}
	if d.Session != nil {
		insertOne(p, sessionRow{
			ID: d.Session.ID, RequestID: d.Session.RequestID, Hash: d.Session.Hash, ExpiresAt: stored(d.Session.ExpiresAt),
			SeenAt: orNull(d.Session.SeenAt),
		})
	}
	if d.File != nil {
		row, err := b.fileRow(*d.File)
		if err != nil {
			return err
		}
		insertOne(p, row)
	}
	return nil
}

// Record appends events that change no request.
func (s *Store) Record(ctx context.Context, events ...models.Event) error {
	p := s.plan(ctx)
	p.events(events)
	return s.run(ctx, p)
}

// Answered returns what was stored under an idempotency key, or CodeNotFound.
// The answer is empty once the request it was about is shredded.
func (s *Store) Answered(ctx context.Context, scope, key string) (models.Once, error) {
	var row onceRow
	err := first(s.read(ctx).Where("scope = ? AND key = ?", scope, key), &row, "such idempotency key")
	if err != nil {
		return models.Once{}, err
	}
	b, err := s.boxOf(ctx, plain(row.RequestID))
	if err != nil {
		return models.Once{}, err
	}
	answer, err := b.open(plain(row.RequestID), row.Answer, placeOnce(scope, key))
	return models.Once{Scope: scope, Key: key, BodyHash: row.BodyHash, Status: row.Status, Answer: answer}, err
}

// What is kept under idempotency keys: a week at most (security.md 3b), as old
// ones are looked for once a day. What mails came to is kept as long as they
// are: one may be placed again at any time.
const (
	keepAnswers = 6 * 24 * time.Hour
	mailScope   = "mail"
)

// ForgetAnswers drops answers that nobody asks for again, and their keys.
func (s *Store) ForgetAnswers(ctx context.Context, now time.Time) error {
	p := s.plan(ctx)
	p.exec("DELETE FROM idempotency WHERE created_at < ? AND scope <> ?", stored(now).Add(-keepAnswers), mailScope)
	return s.run(ctx, p)
}

// first loads one row, or is a CodeNotFound error that names what is missing.
func first(tx *gorm.DB, row any, what string) error {
	res := tx.Limit(1).Find(row)
	if e, ok := errors.AsType[*pgconn.PgError](res.Error); ok && e.Code == stateEncoding {
		return missing(what) // nothing can be stored under bytes that are no text
	}
	if res.Error != nil {
		return fault(res.Error)
	}
	if res.RowsAffected == 0 {
		return missing(what)
	}
	return nil
}
