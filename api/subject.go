package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// ownView is a request as the requester sees it.
type ownView struct {
	Reference     string         `json:"reference" example:"HB-7K3M-9QXD-2F"`
	Type          string         `json:"type"`
	Rights        []string       `json:"rights,omitempty" description:"All that is asked for, where that is several rights: each is an item."`
	State         models.State   `json:"state"`
	Outcome       models.Outcome `json:"outcome,omitempty"`
	Level         models.Level   `json:"level"`
	Locale        string         `json:"locale"`
	ReceivedAt    time.Time      `json:"received_at"`
	ReceivedOn    models.Date    `json:"received_on"`
	AcknowledgeOn models.Date    `json:"acknowledge_on,omitzero"`
	RespondOn     models.Date    `json:"respond_on"`
	RespondBy     time.Time      `json:"respond_by"`
	Extended      bool           `json:"extended"`
	Regimes       []string       `json:"regimes"`
	ClosedAt      time.Time      `json:"closed_at,omitzero"`
	MergedInto    string         `json:"merged_into,omitempty"`
	Appealed      bool           `json:"appealed"`
	wishes
	Answer  *answerView             `json:"answer,omitempty"`
	Package *ownPackage             `json:"package,omitempty"`
	Allowed []workflows.CommandName `json:"allowed" description:"What can be done now."`

	version int
}

func (v ownView) header(c *call) { c.Response().Header().Set("ETag", etag(v.version)) }

// ownPackage says how the access package can be fetched that went out.
type ownPackage struct {
	Until time.Time         `json:"until" description:"It can be fetched before."`
	Left  int               `json:"left" description:"How often it can still be fetched whole."`
	Ended models.PackageEnd `json:"ended,omitempty" enum:"erased,voided,expired,spent" description:"Why it cannot be fetched."`
}

func (a *API) viewPackage(p models.Package) *ownPackage {
	if p.File == "" {
		return nil
	}
	return &ownPackage{Until: p.Until.UTC(), Left: p.Left, Ended: p.Ended(a.Now())}
}

// answerView is the answer to a request.
type answerView struct {
	Text        string       `json:"text"`
	Reasons     []reasonView `json:"reasons"`
	AnsweredAt  time.Time    `json:"answered_at"`
	AppealUntil models.Date  `json:"appeal_until,omitzero" description:"The last day to object; left out where there is no appeal."`
	Complain    []string     `json:"complain" description:"Who to turn to next, a line each."`
	Remedies    []remedyView `json:"remedies" description:"The same, taken apart."`
}

// remedyView is somebody outside that a person can turn to.
type remedyView struct {
	Kind      string `json:"kind" enum:"authority,attorney_general,court,recourse_body"`
	Name      string `json:"name"`
	URL       string `json:"url,omitempty"`
	When      string `json:"when,omitempty" description:"By when, or after what."`
	Citation  string `json:"citation"`
	Certainty string `json:"certainty,omitempty" enum:"verified,secondary,memory,own" description:"How surely the rule is known."`
}

func viewRemedies(bodies []models.RemedyBody) []remedyView {
	all := []remedyView{}
	for _, b := range bodies {
		all = append(all, remedyView(b))
	}
	return all
}

func (a *API) ownRequest(ctx context.Context, c *call, _ referenceInput) (ownView, error) {
	return a.viewOwn(ctx, c.subject)
}

func (a *API) viewOwn(ctx context.Context, r models.Request) (ownView, error) {
	allowed, err := a.Service.Queries.MayNow(ctx, models.Actor{Kind: models.ActorSubject}, r)
	if err != nil {
		return ownView{}, err
	}
	v := ownView{
		Reference: r.Reference, Type: string(r.Type), Rights: rightsOf(r.Facts), State: r.State, Outcome: r.Outcome, Level: r.Level, Locale: r.Locale,
		ReceivedAt: r.ReceivedAt.UTC(), ReceivedOn: r.ReceivedOn, AcknowledgeOn: r.Deadline.AcknowledgeOn,
		RespondOn: r.Deadline.RespondOn, RespondBy: r.Deadline.RespondBy.UTC(), Extended: r.Extended, Regimes: listed(r.Deadline.Regimes),
		ClosedAt: r.ClosedAt.UTC(), MergedInto: r.GoesOnAs(), Appealed: r.Appeal.No > 0, wishes: a.viewWishes(ctx, r),
		Allowed: listed(allowed), Package: a.viewPackage(r.Package), version: r.Version,
	}
	if r.State != models.StateClosed || r.Decision.Outcome == "" || r.Decision.Outcome != r.Outcome {
		return v, nil
	}
	said, err := a.Service.Queries.Conversation(ctx, r)
	if err != nil {
		return ownView{}, err
	}
	letter := answerIn(said)
	v.Answer = &answerView{
		Text: r.Answer.Text, Reasons: sentReasons(letter.Reasons), AnsweredAt: r.ClosedAt.UTC(),
		AppealUntil: letter.AppealUntil, Complain: listed(letter.Complain), Remedies: viewRemedies(letter.Bodies),
	}
	if len(letter.Items) == len(v.Items) {
		for i, item := range letter.Items {
			v.Items[i].Reasons = sentReasons(item.Reasons)
		}
	}
	return v, nil
}

// answerIn returns the last answer that was sent: reasons and remedies are
// those of the policy then.
func answerIn(said []models.Message) models.AnswerLetter {
	for _, m := range slices.Backward(said) {
		switch letter := m.Letter.(type) {
		case models.AnswerLetter:
			return letter
		case *models.AnswerLetter:
			return *letter
		}
	}
	return models.AnswerLetter{}
}

// viewOffered are reasons that may be given.
func viewOffered(offered []models.Reason) []offeredView {
	all := []offeredView{}
	for _, r := range offered {
		all = append(all, offeredView{r.Code, r.Title, r.Citation, r.Certainty})
	}
	return all
}

func sentReasons(sent []models.Reason) []reasonView {
	reasons := []reasonView{}
	for _, r := range sent {
		reasons = append(reasons, reasonView(r))
	}
	return reasons
}

// ownMessage is one piece of correspondence as the requester sees it.
type ownMessage struct {
	From      string    `json:"from" enum:"requester,staff"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"created_at"`
}

type ownMessages struct {
	Items []ownMessage `json:"items"`
}

func (a *API) ownMessages(ctx context.Context, c *call, _ referenceInput) (ownMessages, error) {
	said, err := a.Service.Queries.Conversation(ctx, c.subject)
	if err != nil {
		return ownMessages{}, err
	}
	list := ownMessages{Items: []ownMessage{}}
	for _, m := range said {
		list.Items = append(list.Items, viewOwnMessage(m))
	}
	return list, nil
}

func viewOwnMessage(m models.Message) ownMessage {
	from := "staff"
	if m.Direction == models.Incoming {
		from = "requester"
	}
	return ownMessage{From: from, Text: m.Text, CreatedAt: m.CreatedAt.UTC()}
}

type writeInput struct {
	Reference string `path:"reference" json:"-" description:"HB-XXXX-XXXX-XX." example:"HB-7K3M-9QXD-2F"`
	Text      string `json:"text" validate:"required,filled,max=10000"`
}

func (a *API) write(ctx context.Context, c *call, in writeInput) (ownMessage, error) {
	view := func(d workflows.Decision) any {
		for _, m := range d.Messages {
			if m.Direction == models.Incoming {
				return viewOwnMessage(m)
			}
		}
		return ownMessage{From: "requester", Text: in.Text}
	}
	d, err := a.Service.Cases.DoByID(ctx, c.actor(), c.subject.ID, workflows.Write{Text: in.Text}, c.option(http.StatusCreated, view))
	if err != nil {
		return ownMessage{}, err
	}
	return view(d).(ownMessage), nil //nolint:forcetypeassert,errcheck // its own result
}

func (a *API) withdraw(ctx context.Context, c *call, _ referenceInput) (ownView, error) {
	return a.ownCommand(ctx, c, workflows.Withdraw{})
}

type appealInput struct {
	Reference string `path:"reference" json:"-" description:"HB-XXXX-XXXX-XX." example:"HB-7K3M-9QXD-2F"`
	Text      string `json:"text" validate:"required,filled,max=10000"`
}

func (a *API) appeal(ctx context.Context, c *call, in appealInput) (ownView, error) {
	return a.ownCommand(ctx, c, workflows.FileAppeal{Text: in.Text})
}

// ownCommand gives a command of the requester's, unless it was given before
// under the same key, and answers with the request as it then is.
func (a *API) ownCommand(ctx context.Context, c *call, command workflows.Command) (ownView, error) {
	if c.repeated {
		return a.viewOwn(ctx, c.subject)
	}
	d, err := a.Service.Cases.DoByID(ctx, c.actor(), c.subject.ID, command, c.option(http.StatusOK, blank))
	if err != nil {
		return ownView{}, err
	}
	return a.viewOwn(ctx, d.Request)
}

// blank is what is stored for an answer that is made anew each time.
func blank(workflows.Decision) any { return nothing{} }
