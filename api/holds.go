package api

import (
	"context"
	"net/http"
	"time"

	"habeas/models"
	"habeas/workflows"
)

func (a *API) holds() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/holds", ID: "listLegalHolds", Access: staff(models.MayListLegalHolds), Status: 200, Tag: tagHolds,
			Summary:     "The legal holds",
			Description: "The newest first, without their subjects and what was written about them.",
		}, a.listHolds),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/holds", ID: "setLegalHold", Access: staff(models.MayLegalHolds), Status: 201, Tag: tagHolds,
			Summary: "Set a legal hold",
			Description: "From now on nothing of the person is erased, in no system and not by retention, until it is lifted. " +
				"Any of the identifiers names the person, in open and closed requests. An erasure that a system has committed cannot be undone.",
			once: same,
			example: setHoldInput{
				Identifiers: []holdIdentifier{{Kind: "email", Value: "zoe@example.com"}, {Kind: "external_id", Value: "K-40721"}},
				Reason:      "legal_claims", Note: "Claim of 3 November about invoice 4711.", ReviewOn: "2027-06-01",
			},
		}, a.setHold),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/holds/:id", ID: "getLegalHold", Access: staff(models.MayLegalHolds), Status: 200, Tag: tagHolds,
			Summary: "A legal hold", Description: "With its subject and what was written about it. That it was read, and by whom, is recorded.",
		}, a.getHold),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/holds/:id/review", ID: "reviewLegalHold", Access: staff(models.MayLegalHolds), Status: 200, Tag: tagHolds,
			Summary: "Keep a legal hold until another day", Description: "Whoever set it is reminded on that day.", once: same,
			example: reviewHoldInput{Note: "The claim is still pending.", ReviewOn: "2027-12-01"},
		}, a.reviewHold),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/holds/:id/lift", ID: "liftLegalHold", Access: staff(models.MayLegalHolds), Status: 200, Tag: tagHolds,
			Summary: "Lift a legal hold", Description: "The tasks that waited for it wait for their approval again. It cannot be set again: set a new one.", once: same,
			example: liftHoldInput{Note: "The claim was settled."},
		}, a.liftHold),
	}
}

type (
	holdIdentifier struct {
		Kind  string `json:"kind" validate:"required,oneof=external_id email phone_number"`
		Value string `json:"value" validate:"required,filled,max=254,line"`
	}
	setHoldInput struct {
		Identifiers []holdIdentifier `json:"identifiers" validate:"required,min=1,max=20,dive" description:"What the person is known by."`
		Reason      string           `json:"reason" validate:"required,max=64" description:"A reason of the policy for which a deletion can be refused. The answer to a deletion has to give it."`
		Note        string           `json:"note" validate:"required,filled,max=4000" description:"Why nothing may be erased."`
		ReviewOn    string           `json:"review_on" validate:"required,day" description:"A day after today, within two years." example:"2027-06-01"`
	}
	reviewHoldInput struct {
		holdInput
		Note     string `json:"note" validate:"required,filled,max=4000" description:"Why it is kept."`
		ReviewOn string `json:"review_on" validate:"required,day" description:"A day after today, within two years." example:"2027-12-01"`
	}
	liftHoldInput struct {
		holdInput
		Note string `json:"note" validate:"required,filled,max=4000" description:"Why it is lifted."`
	}
	holdInput struct {
		ID string `path:"id" json:"-" description:"As listed."`
	}
	holdsInput struct {
		Standing bool   `query:"standing" json:"-" description:"Only those that stand."`
		Limit    int    `query:"limit" json:"-" validate:"omitempty,min=1,max=500" default:"50" description:"How many at most."`
		Cursor   string `query:"cursor" json:"-" validate:"max=200" description:"next_cursor of the page before."`
	}
)

type holdStepView struct {
	Act      models.LegalHoldAct `json:"act"`
	By       string              `json:"by" description:"The id of a member of staff."`
	At       time.Time           `json:"at"`
	ReviewOn models.Date         `json:"review_on,omitzero"`
	Note     string              `json:"note,omitempty"`
}

type holdView struct {
	ID          string                  `json:"id"`
	Version     int                     `json:"version"`
	Reason      string                  `json:"reason"`
	Kinds       []models.IdentifierKind `json:"kinds" description:"What its subject is known by."`
	Identifiers []holdIdentifier        `json:"identifiers,omitempty"`
	ReviewOn    models.Date             `json:"review_on"`
	LiftedAt    time.Time               `json:"lifted_at,omitzero" description:"Left out while it stands."`
	History     []holdStepView          `json:"history"`
}

type holdList struct {
	Items      []holdView `json:"items"`
	NextCursor string     `json:"next_cursor,omitempty" description:"Where the list goes on; left out on the last page."`
}

// viewHold is a legal hold; the content of one that was not opened is empty.
func viewHold(h models.LegalHold) holdView {
	v := holdView{
		ID: h.ID, Version: h.Version, Reason: h.Reason, Kinds: h.Kinds, ReviewOn: h.ReviewOn, LiftedAt: h.LiftedAt.UTC(), History: []holdStepView{},
	}
	for _, id := range h.Identifiers {
		v.Identifiers = append(v.Identifiers, holdIdentifier{Kind: string(id.Kind), Value: id.Value})
	}
	for i, s := range h.History {
		step := holdStepView{Act: s.Act, By: s.By, At: s.At.UTC(), ReviewOn: s.ReviewOn}
		if i < len(h.Notes) {
			step.Note = h.Notes[i]
		}
		v.History = append(v.History, step)
	}
	return v
}

// viewHoldFacts is a legal hold without its subject: nobody opened it.
func viewHoldFacts(h models.LegalHold) holdView {
	h.LegalHoldContent = models.LegalHoldContent{}
	return viewHold(h)
}

// decidedHold is the legal hold that a decision stores.
func decidedHold(d workflows.Decision) any {
	changed, _ := models.EffectOf[models.LegalHoldChanged](d)
	return viewHoldFacts(changed.Hold)
}

func (a *API) listHolds(ctx context.Context, _ *call, in holdsInput) (holdList, error) {
	after, err := cursorOf("holds", in.Cursor)
	if err != nil {
		return holdList{}, err
	}
	f := models.LegalHoldFilter{After: after, Limit: pageOf(in.Limit)}
	if in.Standing {
		f.Lifted = new(false)
	}
	holds, next, err := a.Service.LegalHolds.List(ctx, f)
	if err != nil {
		return holdList{}, err
	}
	list := holdList{Items: []holdView{}, NextCursor: cursorText("holds", next)}
	for _, h := range holds {
		list.Items = append(list.Items, viewHoldFacts(h))
	}
	return list, nil
}

func (a *API) setHold(ctx context.Context, c *call, in setHoldInput) (holdView, error) {
	on, _ := models.ParseDate(in.ReviewOn) // validated
	n := workflows.NewLegalHold{Reason: in.Reason, Note: in.Note, ReviewOn: on}
	for _, id := range in.Identifiers {
		n.Identifiers = append(n.Identifiers, models.Identifier{Kind: models.IdentifierKind(id.Kind), Value: id.Value})
	}
	h, err := a.Service.LegalHolds.Set(ctx, c.actor(), n, c.option(http.StatusCreated, decidedHold))
	return viewHoldFacts(h), err
}

func (a *API) getHold(ctx context.Context, c *call, in holdInput) (holdView, error) {
	h, err := a.Service.LegalHolds.Open(ctx, c.actor(), in.ID)
	return viewHold(h), err
}

func (a *API) reviewHold(ctx context.Context, c *call, in reviewHoldInput) (holdView, error) {
	on, _ := models.ParseDate(in.ReviewOn) // validated
	h, err := a.Service.LegalHolds.Review(ctx, c.actor(), in.ID, in.Note, on, c.option(http.StatusOK, decidedHold))
	return viewHoldFacts(h), err
}

func (a *API) liftHold(ctx context.Context, c *call, in liftHoldInput) (holdView, error) {
	h, err := a.Service.LegalHolds.Lift(ctx, c.actor(), in.ID, in.Note, c.option(http.StatusOK, decidedHold))
	return viewHoldFacts(h), err
}
