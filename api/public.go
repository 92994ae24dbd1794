package api

import (
	"context"
	"net/http"
	"time"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
	"habeas/workflows/cases"
)

type typesInput struct {
	Country string `query:"country" json:"-" validate:"max=80" description:"By its code of ISO 3166-1 alpha-2, or by its name." example:"US"`
	Region  string `query:"region" json:"-" validate:"max=80" description:"By its code of ISO 3166-2 without the country, or by its name." example:"CA"`
	Locale  string `query:"locale" json:"-" validate:"max=35" description:"The language of names and labels; English where there is none." example:"en"`
}

type typeList struct {
	Items []typeView `json:"items"`
}

func (a *API) requestTypes(_ context.Context, _ *call, in typesInput) (typeList, error) {
	list := typeList{Items: []typeView{}}
	for _, t := range a.Service.Queries.Types(in.Country, in.Region) {
		list.Items = append(list.Items, viewType(t, in.Locale))
	}
	return list, nil
}

// submitted is the receipt of a request: the same for everyone.
type submitted struct {
	Reference     string       `json:"reference" example:"HB-7K3M-9QXD-2F"`
	Type          string       `json:"type" example:"deletion"`
	State         models.State `json:"state"`
	ReceivedAt    time.Time    `json:"received_at"`
	AcknowledgeOn models.Date  `json:"acknowledge_on,omitzero" description:"The day by which receipt is acknowledged, where a regime asks for it."`
	RespondOn     models.Date  `json:"respond_on" description:"The last day for an answer."`
	RespondBy     time.Time    `json:"respond_by" description:"The instant that day ends."`
	Regimes       []string     `json:"regimes" description:"The laws and promises that apply; the strictest date governs."`
	CodeLater     bool         `json:"code_later,omitempty" description:"So many requests come in that no code may have been mailed for this one, which is filed all the same. Ask for one by …/codes after an hour. It follows from the network that the call came from, and from how much mail goes out, and says nothing of any mailbox."`
}

func (s submitted) header(c *call) {
	c.Response().Header().Set("Location", c.Request().URL.Path+"/"+s.Reference)
	c.Response().Header().Set("ETag", etag(1))
}

func viewSubmitted(d workflows.Decision) submitted {
	f := d.Request.Facts
	return submitted{
		CodeLater: f.Suppressed == models.SuppressedClient,

		Reference: d.Request.Reference, Type: string(f.Type), State: f.State, ReceivedAt: f.ReceivedAt.UTC(),
		AcknowledgeOn: f.Deadline.AcknowledgeOn, RespondOn: f.Deadline.RespondOn, RespondBy: f.Deadline.RespondBy.UTC(),
		Regimes: listed(f.Deadline.Regimes),
	}
}

// submit files a request: by the public's form, or by an organisation's own
// under its token.
func (a *API) submit(ctx context.Context, c *call, in submitInput) (submitted, error) {
	command := in.command()
	if c.who.TokenID != "" {
		command.Channel = models.ChannelAPI
		return a.file(ctx, c, command, false)
	}
	command.Solved = a.Service.Cases.Solved("", in.Solution)
	command.Crowded = a.Crowd(c.Request())
	short, err := a.Service.Cases.MailShort(ctx)
	if err != nil {
		return submitted{}, err
	}
	return a.file(ctx, c, command, short && command.Solved == nil)
}

// file files a request. short says that mail is short for everybody like it.
func (a *API) file(ctx context.Context, c *call, command workflows.Submit, short bool) (submitted, error) {
	view := func(d workflows.Decision) submitted {
		s := viewSubmitted(d)
		s.CodeLater = s.CodeLater || short
		return s
	}
	d, err := a.Service.Cases.Submit(ctx, c.actor(), command, c.option(http.StatusCreated, func(d workflows.Decision) any { return view(d) }))
	if err != nil {
		return submitted{}, placed(err)
	}
	return view(d), nil
}

// puzzle is work for a computer.
type challenge struct {
	Challenge string    `json:"challenge" example:"m3Yb0cJX5aS1cD5uAAAAAGkgZ0h0nVx3b2hTq0mPZk2e1w"`
	Rounds    int       `json:"rounds" example:"1000"`
	Bits      int       `json:"bits" example:"11"`
	ExpiresAt time.Time `json:"expires_at"`
	Needed    bool      `json:"needed" description:"Whether a request that is filed now needs a solution for a code to be mailed."`
}

func (a *API) issueChallenge(ctx context.Context, c *call, _ nothing) (challenge, error) {
	short, err := a.Service.Cases.MailShort(ctx)
	p := a.Service.Cases.NewProofOfWork("")
	return challenge{p.Text, p.Rounds, p.Bits, p.ExpiresAt.UTC(), short || a.Crowded(c.Request())}, err
}

type referenceInput struct {
	Reference string `path:"reference" json:"-" description:"HB-XXXX-XXXX-XX." example:"HB-7K3M-9QXD-2F"`
}

// requestCode promises a code. What cannot be a reference leaves no job: it
// would carry a stranger's text into one.
func (a *API) requestCode(ctx context.Context, _ *call, in referenceInput) (nothing, error) {
	reference, ok := models.NormaliseReference(in.Reference)
	if !ok {
		return nothing{}, nil
	}
	return nothing{}, a.Service.Cases.RequestCode(ctx, reference)
}

type verifyInput struct {
	Reference string `path:"reference" json:"-" description:"HB-XXXX-XXXX-XX." example:"HB-7K3M-9QXD-2F"`
	Code      string `json:"code" validate:"required,max=40" description:"As mailed; blanks, hyphens and small letters do no harm." example:"7K3M9QXD"`
}

type proof struct {
	Token     string       `json:"token" description:"The session, to be sent as Bearer."`
	ExpiresAt time.Time    `json:"expires_at"`
	State     models.State `json:"state"`
}

func (a *API) prove(ctx context.Context, c *call, in verifyInput) (proof, error) {
	reference, _ := models.NormaliseReference(in.Reference)
	p, err := a.Service.Sessions.Prove(ctx, cases.TypedCode{Reference: reference, Code: in.Code, Client: a.Network(c.Request())})
	if err != nil {
		return proof{}, err
	}
	return proof{Token: p.Token, ExpiresAt: p.ExpiresAt.UTC(), State: p.State}, nil
}

// typeView is a request type with the form it needs.
type typeView struct {
	Type        string      `json:"type"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Fields      []fieldView `json:"fields"`
	OneOf       []string    `json:"one_of" description:"Of these fields (or details) one must be filled."`
}

type fieldView struct {
	Name      string       `json:"name"`
	Kind      string       `json:"kind" enum:"text,long_text,choice,choices,url,urls,date,year,boolean,email,corrections"`
	Label     string       `json:"label"`
	Help      string       `json:"help,omitempty"`
	Required  bool         `json:"required"`
	MaxLength int          `json:"max_length,omitempty" description:"Characters."`
	Past      bool         `json:"past,omitempty" description:"No year or day that is still to come."`
	NotBefore string       `json:"not_before,omitempty" description:"The field with the day before which this one cannot be."`
	Choices   []choiceView `json:"choices,omitempty"`
}

type choiceView struct {
	Value  string `json:"value"`
	Label  string `json:"label"`
	Values string `json:"values,omitempty" description:"What a correction of this field may contain: none is nothing, no_card_number no card number."`
}

func viewType(t *policies.Type, locale string) typeView {
	v := typeView{
		Type: string(t.Key), Name: t.Name(locale), Description: t.Description.In(locale),
		Fields: []fieldView{}, OneOf: listed(t.OneOf),
	}
	for _, f := range t.Fields {
		field := fieldView{
			Name: f.Name, Kind: string(f.Kind), Label: f.Label.In(locale), Help: f.Help.In(locale),
			Required: f.Required, MaxLength: f.MaxLength, Past: f.Past, NotBefore: f.NotBefore,
		}
		for _, choice := range f.Choices {
			field.Choices = append(field.Choices, choiceView{Value: choice.Value, Label: choice.Label.In(locale), Values: string(choice.Values)})
		}
		v.Fields = append(v.Fields, field)
	}
	return v
}
