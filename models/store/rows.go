package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"habeas/models"
)

// stored is the form in which both databases give an instant back.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// orNull returns nil for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = stored(t)
	return &t
}

// orZero undoes orNull.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return stored(*t)
}

// text returns nil for "".
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// plain undoes text.
func plain(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// requestRow is a request: its facts, columns taken from them to filter by,
// and its sealed content.
type requestRow struct {
	ID         string
	Reference  string
	Version    int
	Type       models.RequestType
	Also       string // further rights, each between blanks
	State      models.State
	Outcome    models.Outcome
	Level      models.Level
	Assignee   string
	Country    string
	Governing  string
	ReceivedAt time.Time
	RespondBy  time.Time
	ClosedAt   *time.Time
	Facts      string
	Content    []byte
	EmailIndex []byte
	Alike      []byte
	Suppressed models.Suppression `gorm:"column:unsent"`
	ShreddedAt *time.Time
}

func (requestRow) TableName() string { return "requests" }

// factColumns are read where the content is not needed.
const factColumns = "id, reference, version, facts, shredded_at, received_at, respond_by"

func newRequestRow(r models.Request) requestRow {
	return requestRow{
		ID: r.ID, Reference: r.Reference, Version: r.Version,
		Type: r.Type, Also: alsoOf(r.Facts), State: r.State, Outcome: r.Outcome, Level: r.Level,
		Assignee: r.Assignee, Suppressed: r.Suppressed, Country: r.Country, Governing: r.Deadline.Governing,
		ReceivedAt: stored(r.ReceivedAt), RespondBy: stored(r.Deadline.RespondBy), ClosedAt: orNull(r.ClosedAt),
		Facts: string(models.CanonicalJSON(r.Facts)),
	}
}

// alsoOf writes the rights besides the first: " deletion portability ".
func alsoOf(f models.Facts) string {
	var others []string
	for _, t := range f.Asked() {
		if t != f.Type {
			others = append(others, string(t))
		}
	}
	if len(others) == 0 {
		return ""
	}
	return " " + strings.Join(others, " ") + " "
}

// request returns the request without its content.
func (row requestRow) request() (models.Request, error) {
	r := models.Request{ID: row.ID, Reference: row.Reference, Version: row.Version, Shredded: row.ShreddedAt != nil}
	if err := json.Unmarshal([]byte(row.Facts), &r.Facts); err != nil {
		return models.Request{}, fmt.Errorf("decoding the facts of %s: %w", row.ID, err)
	}
	return r, nil
}

// blank reports whether a request came without its content, as lists do.
func blank(c models.Content) bool { return reflect.ValueOf(c).IsZero() }

type regimeRow struct {
	RequestID string
	Regime    string
}

func (regimeRow) TableName() string { return "request_regimes" }

// eventRow is an event in its canonical form, and columns to find it by.
type eventRow struct {
	ID        string
	RequestID *string
	Version   int
	At        time.Time
	Kind      models.EventKind
	Actor     string
	Body      []byte
}

func (eventRow) TableName() string { return "events" }

func newEventRow(e models.Event) eventRow {
	return eventRow{
		ID: e.ID, RequestID: text(e.RequestID), Version: e.Version, At: stored(e.At),
		Kind: e.Kind, Actor: string(e.Actor.Kind) + ":" + e.Actor.ID, Body: e.Canonical(),
	}
}

type messageRow struct {
	ID         string
	RequestID  *string
	Direction  models.Direction
	Audience   models.Audience
	AuthorKind models.ActorKind
	AuthorID   string
	AuthorRole models.Role
	Staff      string
	Text       []byte
	Template   string
	Letter     []byte
	CreatedAt  time.Time
	UniqueKey  *string
	Delivery   models.Delivery
	Attempts   int
	LastError  string
	SentAt     *time.Time
	Mail       *string
	Flags      string
	InReplyTo  []byte

	MessageID, MessageIDIndex []byte
}

func (messageRow) TableName() string { return "messages" }

func (b *sealer) messageRow(m models.Message) (messageRow, error) {
	row := messageRow{
		ID: m.ID, RequestID: text(m.RequestID), Direction: m.Direction, Audience: m.Audience,
		AuthorKind: m.Author.Kind, AuthorID: m.Author.ID, AuthorRole: m.Author.Role, Staff: m.Staff,
		CreatedAt: stored(m.CreatedAt), UniqueKey: text(m.Key), MessageIDIndex: b.store.index(indexMessageID, m.MailID),
		Delivery: m.Delivery, Attempts: m.Attempts, LastError: m.LastError, SentAt: orNull(m.SentAt),
		Mail: text(m.Mail), Flags: joinFlags(m.Flags),
	}
	var err error
	if row.MessageID, err = b.seal(m.RequestID, []byte(m.MailID), placeMessageID+m.ID); err != nil {
		return messageRow{}, err
	}
	if row.InReplyTo, err = b.seal(m.RequestID, []byte(m.InReplyTo), placeInReplyTo+m.ID); err != nil {
		return messageRow{}, err
	}
	if row.Text, err = b.seal(m.RequestID, []byte(m.Text), placeText+m.ID); err != nil {
		return messageRow{}, err
	}
	if m.Letter != nil {
		row.Template = m.Letter.Template()
		if row.Letter, err = b.sealJSON(m.RequestID, m.Letter, placeLetter+m.ID); err != nil {
			return messageRow{}, err
		}
	}
	return row, nil
}

func (b *sealer) message(row messageRow) (models.Message, error) {
	m := models.Message{
		ID: row.ID, RequestID: plain(row.RequestID), Direction: row.Direction, Audience: row.Audience,
		Author: models.Actor{Kind: row.AuthorKind, ID: row.AuthorID, Role: row.AuthorRole}, Staff: row.Staff,
		CreatedAt: stored(row.CreatedAt), Key: plain(row.UniqueKey),
		Delivery: row.Delivery, Attempts: row.Attempts, LastError: row.LastError, SentAt: orZero(row.SentAt),
		Mail: plain(row.Mail), Flags: splitFlags(row.Flags),
	}
	named, err := b.open(m.RequestID, row.MessageID, placeMessageID+m.ID)
	if err != nil {
		return models.Message{}, err
	}
	m.MailID = string(named)
	answered, err := b.open(m.RequestID, row.InReplyTo, placeInReplyTo+m.ID)
	if err != nil {
		return models.Message{}, err
	}
	m.InReplyTo = string(answered)
	words, err := b.open(m.RequestID, row.Text, placeText+m.ID)
	if err != nil {
		return models.Message{}, err
	}
	m.Text = string(words)
	data, err := b.open(m.RequestID, row.Letter, placeLetter+m.ID)
	if err != nil || data == nil {
		return m, err
	}
	letter, ok := models.NewLetter(row.Template)
	if !ok {
		return models.Message{}, fmt.Errorf("message %s is of the unknown template %s", m.ID, row.Template)
	}
	if err := json.Unmarshal(data, letter); err != nil {
		return models.Message{}, fmt.Errorf("decoding the letter of message %s: %w", m.ID, err)
	}
	m.Letter = letter
	return m, nil
}

// joinFlags writes flags as one text, separated by blanks.
func joinFlags(flags []models.MessageFlag) string {
	words := make([]string, len(flags))
	for i, f := range flags {
		words[i] = string(f)
	}
	return strings.Join(words, " ")
}

// splitFlags undoes joinFlags.
func splitFlags(s string) []models.MessageFlag {
	var flags []models.MessageFlag
	for f := range strings.FieldsSeq(s) {
		flags = append(flags, models.MessageFlag(f))
	}
	return flags
}

type fileRow struct {
	ID         string
	RequestID  string
	Blob       string
	Name       []byte
	MediaType  string
	Size       int64
	AuthorKind models.ActorKind
	AuthorID   string
	AuthorRole models.Role
	Internal   bool
	CreatedAt  time.Time
}

func (fileRow) TableName() string { return "files" }

func (b *sealer) fileRow(f models.File) (fileRow, error) {
	name, err := b.seal(f.RequestID, []byte(f.Name), placeFileName+f.ID)
	return fileRow{
		ID: f.ID, RequestID: f.RequestID, Blob: f.Blob, Name: name, MediaType: f.MediaType, Size: f.Size,
		AuthorKind: f.Author.Kind, AuthorID: f.Author.ID, AuthorRole: f.Author.Role,
		Internal: f.Internal, CreatedAt: stored(f.CreatedAt),
	}, err
}

func (b *sealer) file(row fileRow) (models.File, error) {
	name, err := b.open(row.RequestID, row.Name, placeFileName+row.ID)
	return models.File{
		ID: row.ID, RequestID: row.RequestID, Blob: row.Blob, Name: string(name), MediaType: row.MediaType, Size: row.Size,
		Author:   models.Actor{Kind: row.AuthorKind, ID: row.AuthorID, Role: row.AuthorRole},
		Internal: row.Internal, CreatedAt: stored(row.CreatedAt),
	}, err
}

type jobRow struct {
	ID        string
	Kind      models.JobKind
	RequestID *string
	Subject   string
	UniqueKey *string
	RunAt     time.Time
	State     models.JobState
	Attempts  int
	LastError string
	CreatedAt time.Time
	DoneAt    *time.Time
	TakenAt   *time.Time
	Trace     string
}

func (jobRow) TableName() string { return "jobs" }

func newJobRow(j models.Job) jobRow {
	return jobRow{
		ID: j.ID, Kind: j.Kind, RequestID: text(j.RequestID), Subject: j.Subject, UniqueKey: text(j.UniqueKey),
		RunAt: stored(j.RunAt), State: j.State, Attempts: j.Attempts, LastError: j.LastError,
		CreatedAt: stored(j.CreatedAt), DoneAt: orNull(j.DoneAt), Trace: j.Trace,
	}
}

func (row jobRow) job() models.Job {
	return models.Job{
		ID: row.ID, Kind: row.Kind, RequestID: plain(row.RequestID), Subject: row.Subject, UniqueKey: plain(row.UniqueKey),
		RunAt: stored(row.RunAt), State: row.State, Attempts: row.Attempts, LastError: row.LastError,
		CreatedAt: stored(row.CreatedAt), DoneAt: orZero(row.DoneAt), Trace: row.Trace,
	}
}

type codeRow struct {
	ID        string
	RequestID string
	Digest    []byte
	CreatedAt time.Time
	ExpiresAt time.Time
	Tries     int
	Used      bool
	Live      bool
}

func (codeRow) TableName() string { return "codes" }

func (row codeRow) code() models.MailedCode {
	return models.MailedCode{
		ID: row.ID, RequestID: row.RequestID, Digest: row.Digest,
		CreatedAt: stored(row.CreatedAt), ExpiresAt: stored(row.ExpiresAt), Tries: row.Tries, Used: row.Used,
	}
}

type sessionRow struct {
	ID        string
	RequestID string
	Hash      []byte
	ExpiresAt time.Time
	SeenAt    *time.Time
}

func (sessionRow) TableName() string { return "sessions" }

type onceRow struct {
	Scope     string
	Key       string
	RequestID *string
	BodyHash  []byte
	Status    int
	Answer    []byte
	CreatedAt time.Time
}

func (onceRow) TableName() string { return "idempotency" }

type policyRow struct {
	Version  string
	Snapshot []byte
}

func (policyRow) TableName() string { return "policies" }
