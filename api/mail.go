package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"habeas/internal/server"
	"habeas/models"
	"habeas/workflows"
)

// mailLine is a received mail without anything personal.
type mailLine struct {
	ID            string           `json:"id"`
	State         models.MailState `json:"state"`
	Reason        string           `json:"reason,omitempty" description:"Why it is held, what the notice is, or why it was dismissed: a code."`
	Source        string           `json:"source" description:"The way it came: lmtp, imap, hook, ingest…"`
	ReceivedAt    time.Time        `json:"received_at" description:"When it reached the organisation: a request's dates run from it."`
	Size          int64            `json:"size" description:"Bytes."`
	SuggestedType string           `json:"suggested_type,omitempty" description:"What it seems to ask for."`
	Confidence    int              `json:"confidence,omitempty" description:"Per cent."`
}

type mailList struct {
	Items      []mailLine `json:"items"`
	NextCursor string     `json:"next_cursor,omitempty" description:"Where the list goes on; left out on the last page."`
}

// mailView is everything that was read from a mail.
type mailView struct {
	mailLine
	Repeats    string       `json:"repeats,omitempty" description:"The id of the mail that it is the same as."`
	References []string     `json:"references" description:"The requests that it led to, or belongs to."`
	DecidedBy  string       `json:"decided_by,omitempty" description:"The id of the member of staff who placed or dismissed it."`
	Envelope   envelopeView `json:"envelope"`
	Reading    readingView  `json:"reading"`
}

// envelopeView is how the mail reached us.
type envelopeView struct {
	From     string   `json:"from"`
	To       []string `json:"to"`
	RemoteIP string   `json:"remote_ip,omitempty"`
}

// readingView is what the bytes say. It is data and proves nothing.
type readingView struct {
	From        []string             `json:"from" description:"Every address of every From field. One is a claim; none or several is nobody."`
	Name        string               `json:"name,omitempty"`
	ReplyTo     []string             `json:"reply_to"`
	Subject     string               `json:"subject"`
	Text        string               `json:"text" description:"The person's own words."`
	Quoted      string               `json:"quoted,omitempty" description:"History and signature."`
	IsBounce    bool                 `json:"is_bounce"`
	Automatic   bool                 `json:"automatic"`
	Encrypted   bool                 `json:"encrypted"`
	Unreadable  bool                 `json:"unreadable" description:"There is more in it, in a form that is not read here, such as winmail.dat: look at its files."`
	Via         string               `json:"via,omitempty" description:"The address of yours that passed it on, a contact form or a mailing list: from is then whom that says it is from."`
	MixedScript bool                 `json:"mixed_script" description:"A sender's address mixes scripts: it may imitate another."`
	Verdict     string               `json:"verdict,omitempty" description:"Of our own border server on the From domain: aligned, none or fail."`
	DKIM        string               `json:"dkim,omitempty" description:"Checked by ourselves at receipt: aligned or none."`
	Suppressed  string               `json:"suppressed,omitempty" description:"Why it gets no automatic answer."`
	Reference   string               `json:"reference,omitempty" description:"In its subject: a hint, anybody can type it."`
	Attachments []mailAttachmentView `json:"attachments"`
	Suggestion  suggestionView       `json:"suggestion"`
}

type mailAttachmentView struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type" description:"By its content, not by its name."`
	Taken     bool   `json:"taken" description:"Of a type that becomes a file of a request; the others are in the raw mail only."`
}

type suggestionView struct {
	Type         string               `json:"type,omitempty" description:"The likeliest right."`
	Confidence   int                  `json:"confidence" description:"Per cent."`
	Sure         bool                 `json:"sure" description:"It is asked for plainly: a request was filed for it without a look."`
	Others       []string             `json:"others" description:"Other rights that it may ask for, the likeliest first."`
	Words        []string             `json:"words" description:"The sentences of all these rights, in order."`
	Rights       []suggestedRightView `json:"rights" description:"The same right by right, the likeliest first."`
	Jurisdiction string               `json:"jurisdiction,omitempty"`
	Language     string               `json:"language,omitempty"`
}

type suggestedRightView struct {
	Type       string `json:"type" example:"deletion"`
	Confidence int    `json:"confidence" description:"Per cent."`
	Sure       bool   `json:"sure"`
	Sentence   string `json:"sentence" description:"What says so, as it is written."`
}

// placedView is what staff made of a mail.
type placedView struct {
	ID        string           `json:"id"`
	State     models.MailState `json:"state"`
	Reason    string           `json:"reason,omitempty"`
	Reference string           `json:"reference,omitempty" description:"The request that it became, or now belongs to."`
}

func viewMailLine(m models.ReceivedMail) mailLine {
	return mailLine{
		ID: m.ID, State: m.State, Reason: m.Reason, Source: m.Source, ReceivedAt: m.ReceivedAt.UTC(), Size: m.Size,
		SuggestedType: string(m.Reading.Suggestion.First().Type), Confidence: m.Reading.Suggestion.First().Confidence,
	}
}

func viewMail(m models.ReceivedMail) mailView {
	r := m.Reading
	v := mailView{
		mailLine: viewMailLine(m), Repeats: m.Repeats, References: listed(m.Requests), DecidedBy: m.DecidedBy.ID,
		Envelope: envelopeView{From: m.Envelope.From, To: listed(m.Envelope.To), RemoteIP: m.Envelope.RemoteIP},
		Reading: readingView{
			From: listed(r.From), Name: r.Name, ReplyTo: listed(r.ReplyTo), Subject: r.Subject, Text: r.Text, Quoted: r.Quoted,
			IsBounce: r.IsBounce, Automatic: r.Automatic, Encrypted: r.Encrypted, Unreadable: r.Unreadable, Via: r.Via, MixedScript: r.MixedScript, Verdict: r.Verdict,
			DKIM: r.DKIM, Suppressed: r.Suppressed, Reference: r.Reference, Attachments: []mailAttachmentView{},
			Suggestion: viewSuggestion(r.Suggestion),
		},
	}
	for _, a := range r.Attachments {
		v.Reading.Attachments = append(v.Reading.Attachments, mailAttachmentView{Name: a.Name, MediaType: a.Media, Taken: a.Taken})
	}
	return v
}

func viewSuggestion(s models.Suggestion) suggestionView {
	first := s.First()
	v := suggestionView{
		Type: string(first.Type), Confidence: first.Confidence, Sure: first.Sure,
		Others: []string{}, Words: []string{}, Rights: []suggestedRightView{}, Jurisdiction: s.Jurisdiction, Language: s.Language,
	}
	for i, r := range s.Rights {
		v.Rights = append(v.Rights, suggestedRightView{Type: string(r.Type), Confidence: r.Confidence, Sure: r.Sure, Sentence: r.Sentence})
		v.Words = append(v.Words, r.Sentence)
		if i > 0 {
			v.Others = append(v.Others, string(r.Type))
		}
	}
	return v
}

type mailsInput struct {
	State  []string `query:"state" json:"-" collectionFormat:"csv" validate:"max=6,dive,oneof=kept placed noticed held dismissed repeated" description:"One or more states; held if left out."`
	Limit  int      `query:"limit" json:"-" validate:"omitempty,min=1,max=500" default:"50" description:"How many at most."`
	Cursor string   `query:"cursor" json:"-" validate:"max=200" description:"next_cursor of the page before."`
}

func (a *API) listMail(ctx context.Context, _ *call, in mailsInput) (mailList, error) {
	f := models.MailFilter{Limit: pageOf(in.Limit)}
	for _, s := range in.State {
		f.States = append(f.States, models.MailState(s))
	}
	if len(f.States) == 0 {
		f.States = []models.MailState{models.MailHeld}
	}
	var err error
	if f.After, err = cursorOf("mail", in.Cursor); err != nil {
		return mailList{}, err
	}
	mails, next, err := a.Service.Inbox.Mails(ctx, f)
	if err != nil {
		return mailList{}, err
	}
	list := mailList{Items: []mailLine{}, NextCursor: cursorText("mail", next)}
	for _, m := range mails {
		list.Items = append(list.Items, viewMailLine(m))
	}
	return list, nil
}

type mailInput struct {
	ID string `path:"id" json:"-" description:"As listed."`
}

func (a *API) openMail(ctx context.Context, c *call, in mailInput) (mailView, error) {
	m, err := a.Service.Inbox.OpenMail(ctx, c.actor(), in.ID)
	return viewMail(m), err
}

// rawMail is a mail on its way out: never shown in a browser.
type rawMail []byte

func (m rawMail) write(c *call) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, `attachment; filename="mail.eml"`)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	return c.file(mailMedia, m)
}

const mailMedia = "message/rfc822"

func (a *API) downloadMail(ctx context.Context, c *call, in mailInput) (rawMail, error) {
	_, raw, err := a.Service.Inbox.RawMail(ctx, c.actor(), in.ID, server.ReserveFile(c.Request()))
	return raw, err
}

type mailRequestInput struct {
	mailInput
	Type     string          `json:"type" validate:"required,max=64" example:"access"`
	Person   mailPersonInput `json:"person" description:"What is left out is taken from the mail."`
	OnBehalf *behalfInput    `json:"on_behalf"`
	Details  string          `json:"details" validate:"max=10000" description:"The words of the mail if left out."`
	Fields   map[string]any  `json:"fields" validate:"max=100"`
	Locale   string          `json:"locale" validate:"omitempty,max=35,locale" example:"en"`
	Quiet    bool            `json:"quiet" description:"Mail nothing to the requester by itself. A mail that no machine may answer is quiet in any case."`
}

type mailPersonInput struct {
	Name    string `json:"name" validate:"max=200,line"`
	Email   string `json:"email" validate:"omitempty,max=254,mailbox" format:"email"`
	Country string `json:"country" validate:"max=80,line" description:"By its code of ISO 3166-1 alpha-2 or by its name, or EU. Not taken from the mail: left out, it is not known where the person lives." example:"US"`
	Region  string `json:"region" validate:"max=80,line" description:"By its code of ISO 3166-2 without the country, or by its name." example:"CA"`
}

func (a *API) requestFromMail(ctx context.Context, c *call, in mailRequestInput) (placedView, error) {
	d, err := a.Service.Inbox.RequestFromMail(ctx, c.actor(), in.ID, workflows.Submit{
		Type:     models.RequestType(in.Type),
		Person:   person(in.Person.Name, in.Person.Email, in.Person.Country, in.Person.Region),
		OnBehalf: in.OnBehalf.behalf(), Details: in.Details, Fields: in.Fields, Locale: in.Locale, Quiet: in.Quiet,
	}, c.option(http.StatusCreated, viewPlaced))
	if err != nil {
		return placedView{}, placed(err)
	}
	return placedOf(d), nil
}

func placedOf(d workflows.Decision) placedView {
	routed, _ := models.EffectOf[models.MailRouted](d)
	m := routed.Mail
	return placedView{ID: m.ID, State: m.State, Reason: m.Reason, Reference: d.Request.Reference}
}

func viewPlaced(d workflows.Decision) any { return placedOf(d) }

type mailAttachInput struct {
	mailInput
	Reference string `json:"reference" validate:"required,max=40" example:"HB-7K3M-9QXD-2F"`
}

func (a *API) attachMail(ctx context.Context, c *call, in mailAttachInput) (placedView, error) {
	unknown := models.Invalid(models.FieldError{Field: "reference", Code: "unknown", Message: "there is no such request"})
	reference, ok := models.NormaliseReference(in.Reference)
	if !ok {
		return placedView{}, unknown
	}
	if _, err := a.Service.Store.Find(ctx, reference); models.CodeOf(err) == models.CodeNotFound {
		return placedView{}, unknown
	}
	d, err := a.Service.Inbox.AttachMail(ctx, c.actor(), in.ID, reference, c.option(http.StatusOK, viewPlaced))
	if err != nil {
		return placedView{}, err
	}
	return placedOf(d), nil
}

type mailDismissInput struct {
	mailInput
	Reason string `json:"reason" validate:"required,oneof=spam not_a_request duplicate answered_elsewhere"`
}

func (a *API) dismissMail(ctx context.Context, c *call, in mailDismissInput) (placedView, error) {
	m, err := a.Service.Inbox.DismissMail(ctx, c.actor(), in.ID, in.Reason, c.option(http.StatusOK, viewPlaced))
	if err != nil {
		return placedView{}, err
	}
	return placedView{ID: m.ID, State: m.State, Reason: m.Reason}, nil
}

type classifyInput struct {
	ref
	Type    string         `json:"type" validate:"max=64" description:"Left out, it stays as it is, with its rights and fields; then a place is required." example:"deletion"`
	Also    []string       `json:"also" validate:"max=20,dive,max=64" description:"Further rights that it asks for, if the policy lets them share a request: each becomes an item."`
	Fields  map[string]any `json:"fields" validate:"max=100" description:"By type, as /v1/request-types lists them; not beside also."`
	Country *string        `json:"country" validate:"omitempty,max=80,line" description:"Where the person lives: by its code of ISO 3166-1 alpha-2 or by its name, or EU; empty where it is not known. Left out, it stays as it is. Another country has no region unless that is given, too." example:"US"`
	Region  *string        `json:"region" validate:"omitempty,max=80,line" description:"By its code of ISO 3166-2 without the country, or by its name; empty for none." example:"CA"`
}

func classify(_ context.Context, _ *call, in classifyInput) (workflows.Command, error) {
	c := workflows.Classify{Type: models.RequestType(in.Type), Fields: in.Fields, Country: in.Country, Region: in.Region}
	if len(in.Also) > 0 {
		c.Rights = []models.RequestType{c.Type}
	}
	for _, t := range in.Also {
		c.Rights = append(c.Rights, models.RequestType(t))
	}
	return c, nil
}

// suggested is what the mail of a request seems to ask for, if it came by one.
func suggested(s *models.Suggestion) *suggestionView {
	if s == nil {
		return nil
	}
	v := viewSuggestion(*s)
	return &v
}
