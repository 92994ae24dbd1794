package api

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"habeas/intake"
	"habeas/internal/server"
	"habeas/models"
)

// Mail is what takes messages from other programs. Without a Taker, or without
// the hook of a provider, there is nothing at its address.
type Mail struct {
	Taker                       intake.Taker
	Raw, Postmark, Mailgun, SES intake.Hook
	Bell                        Bell // needed beside a Taker
	// Room is that of all mail of the process; nil: the hooks have one of their
	// own.
	Room *intake.MemoryBudget
}

// Bell tells people.
type Bell interface {
	// MailRefused says that a mail of so many bytes is too large to take, which
	// the source knows by that name. It rings once for each.
	MailRefused(ctx context.Context, source, name string, size int64) error
}

// hooksPath is where every hook's address begins.
const hooksPath = "/v1/hooks/"

// The providers, as the last part of their address and in the log.
const (
	hookRaw      = "raw"
	hookPostmark = "postmark"
	hookMailgun  = "mailgun"
	hookSES      = "ses"
)

func (m Mail) hook(provider string) intake.Hook {
	if m.Taker == nil {
		return nil
	}
	return map[string]intake.Hook{hookRaw: m.Raw, hookPostmark: m.Postmark, hookMailgun: m.Mailgun, hookSES: m.SES}[provider]
}

// takenView is what the raw hook answers: what was made of the message.
type takenView struct {
	ID            string         `json:"id" description:"Of the message as it is kept."`
	Outcome       intake.Outcome `json:"outcome" description:"A new request, a message in a known case, a notice about a mail of ours, or held for staff."`
	Reason        string         `json:"reason,omitempty" description:"Why it is held, or what the notice is."`
	Reference     string         `json:"reference,omitempty" example:"HB-7K3M-9QXD-2F" description:"The request it became or belongs to."`
	References    []string       `json:"references,omitempty" description:"All of them, where it asks for several rights."`
	Repeated      bool           `json:"repeated,omitempty" description:"The same message came before. The rest is what was made of it then."`
	From          []string       `json:"from" description:"Every valid address of every From field. Claims."`
	Subject       string         `json:"subject"`
	AutoSubmitted string         `json:"auto_submitted"`
	IsBounce      bool           `json:"is_bounce"`
	HasText       bool           `json:"has_text"`
	Attachments   int            `json:"attachments"`
	SuggestedType string         `json:"suggested_type,omitempty" example:"deletion"`
	Confidence    float64        `json:"confidence,omitempty" description:"Of the suggestion, 0 to 1."`
	Suppressed    string         `json:"suppressed,omitempty" description:"Why no automatic answer goes out."`
}

func (t takenView) status() int { return statusOfTaken(t.Repeated) }

func statusOfTaken(repeated bool) int {
	if repeated {
		return http.StatusOK
	}
	return http.StatusAccepted
}

func viewTaken(r intake.Receipt) any {
	return takenView{
		ID: r.ID, Outcome: r.Outcome, Reason: r.Reason, Reference: r.Reference, References: r.References, Repeated: r.Repeated,
		From: listed(r.From), Subject: r.Subject, AutoSubmitted: r.AutoSubmitted, IsBounce: r.IsBounce, HasText: r.HasText,
		Attachments: r.Attachments, SuggestedType: string(r.SuggestedType), Confidence: r.Confidence, Suppressed: r.Suppressed,
	}
}

// deliveredView is what a provider's hook answers. It holds nothing personal:
// the provider keeps what it is answered.
type deliveredView struct {
	ID       string         `json:"id,omitempty" description:"Of the message as it is kept."`
	Outcome  intake.Outcome `json:"outcome,omitempty" description:"A new request, a message in a known case, a notice about a mail of ours, or held for staff."`
	Repeated bool           `json:"repeated,omitempty" description:"The same message came before."`
	Notice   string         `json:"notice,omitempty" enum:"subscription_confirmed,subscription_waits,unsubscribed,no_mail" description:"What the post was about where it holds no message."`
}

func (d deliveredView) status() int { return statusOfTaken(d.Repeated || d.Notice != "") }

func viewDelivered(r intake.Receipt) any {
	return deliveredView{ID: r.ID, Outcome: r.Outcome, Repeated: r.Repeated}
}

// stated is an answer with a status of its own.
type stated interface{ status() int }

// receive makes an endpoint of the hook of one provider. Its body is not bound:
// nothing looks at it before it is proven.
func receive[Out stated](r Route, provider string, view func(intake.Receipt) any) endpoint {
	return endpoint{Route: r, in: reflect.TypeFor[nothing](), out: reflect.TypeFor[Out](), serve: func(a *API, c *call) error {
		hook := a.Mail.hook(provider)
		if hook == nil {
			return models.Errorf(models.CodeNotFound, "there is nothing at this address")
		}
		body, stay, err := a.posted(c, &r, provider, hook)
		if err != nil {
			return err
		}
		defer stay.Release()
		d, err := a.proven(c, provider, hook, body, stay)
		if err != nil {
			return err
		}
		answer, err := a.taken(c, provider, d, view)
		if err != nil {
			return err
		}
		return c.JSON(answer.status(), answer)
	}}
}

// posted reads a post, once its header was judged, within the limit of its body.
func (a *API) posted(c *call, r *Route, provider string, hook intake.Hook) (body []byte, stay *intake.Reservation, err error) {
	h := c.Request().Header
	known, err := hook.Knock(h, a.Now())
	if err != nil {
		return nil, nil, a.stranger(c, err)
	}
	if media, _, err := mime.ParseMediaType(h.Get("Content-Type")); err != nil || !slices.Contains(r.takes, media) {
		return nil, nil, models.Errorf(models.CodeUnsupported, "the body must be sent as %s", r.takes[0])
	}
	if known {
		body, stay, err = a.known(c, hook.Most())
	} else {
		body, stay, err = a.guest(c, hook.Most())
	}
	if models.CodeOf(err) == models.CodeTooLarge {
		err = a.refused(c.Request().Context(), provider, err)
	}
	return body, stay, err
}

// proven checks a post and takes the message out of it, or gets it from where it
// lies.
func (a *API) proven(c *call, provider string, hook intake.Hook, body []byte, stay *intake.Reservation) (intake.Delivery, error) {
	ctx := c.Request().Context()
	d, err := hook.Open(ctx, c.Request().Header, body, a.Now())
	if err == nil && d.Fetch != nil {
		d.Raw, err = fetched(ctx, d, stay)
	}
	switch {
	case errors.Is(err, intake.ErrForged), errors.Is(err, intake.ErrUnsigned):
		return intake.Delivery{}, a.stranger(c, err)
	case err != nil:
		return intake.Delivery{}, a.refused(ctx, provider, err)
	}
	return d, nil
}

// stranger refuses a post that is not proven: in one way, whatever is wrong
// with it. Wrong proofs of one network are counted, missing ones are not, as
// SNS sends its password only when it is asked. A right one always passes,
// whatever others at the same provider do.
func (a *API) stranger(c *call, err error) error {
	if errors.Is(err, intake.ErrForged) {
		if limited := a.limiters.take(limitForged, server.Network(c.RealIP())); limited != nil {
			return limited
		}
	}
	return models.Errorf(models.CodeUnauthorized, "the post is not signed as it has to be")
}

// refused tells of a genuine post that cannot be taken: the log, since somebody
// has to change a setting, and staff where a mail is too large, since that one
// does not come again. It returns what to answer: that the mail is to come again
// until they are told.
func (a *API) refused(ctx context.Context, provider string, err error) error {
	a.Logger.LogAttrs(ctx, slog.LevelWarn, "mail refused", slog.String("provider", provider),
		slog.String("code", string(models.CodeOf(err))), slog.String("reason", explained(err)))
	if big, ok := errors.AsType[*intake.TooBig](err); ok {
		if err := a.Mail.Bell.MailRefused(ctx, provider, big.Name, big.Size); err != nil {
			return unkept(err)
		}
	}
	return err
}

// unkept is a fault that is ours, whatever it is: the message is to come again.
func unkept(err error) error {
	return errors.Join(models.Errorf(models.CodeUnavailable, "the message was not kept; send it again"), err)
}

// explained is a refusal with the fields that it names.
func explained(err error) string {
	refusal := refusalOf(err)
	texts := []string{refusal.Message}
	for _, f := range refusal.Fields {
		texts = append(texts, f.Field+" "+f.Message)
	}
	return strings.Join(texts, "; ")
}

// taken hands a message over and answers once it is committed.
func (a *API) taken(c *call, provider string, d intake.Delivery, view func(intake.Receipt) any) (stated, error) {
	ctx := c.Request().Context()
	if d.Notice != "" {
		a.Logger.LogAttrs(ctx, noticeLevel(d.Notice), "mail provider", slog.String("provider", provider), slog.String("notice", d.Notice))
		return deliveredView{Notice: d.Notice}, nil
	}
	d.Envelope.RemoteIP = c.RealIP()
	receipt, err := a.Mail.Taker.Take(ctx, d.Raw, d.Envelope)
	if err != nil {
		if models.CodeOf(err) != models.CodeTooLarge {
			err = unkept(err)
		}
		return nil, err
	}
	answer, _ := view(receipt).(stated)
	return answer, nil
}

// noticeLevel is how loud a post without a message is: that mail stays away
// from now on is a warning.
func noticeLevel(notice string) slog.Level {
	if notice == intake.NoticeUnsubscribed || notice == intake.NoticeUnconfirmed {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
