package api

import (
	"context"
	"net/http"

	"habeas/models"
	"habeas/workflows/cases"
)

// rights is the endpoint by which staff confirm what a mail seems to ask for.
func (a *API) rights() endpoint {
	return handle(Route{
		Method: http.MethodPost, Path: "/v1/admin/requests/:reference/rights", ID: "confirmRight", Access: staff(models.MayClassify), Status: http.StatusOK, Tag: tagWork,
		Summary: "Confirm a right that a mailed request asks for",
		Description: "An unsorted request becomes one for the right. Another takes it as a further item where the policy lets the two share a request; " +
			"else the right has a request of its own, linked by the mail and received when that was. Answers with the request that is for it. The same again changes nothing.",
		example: rightInput{Type: "deletion"},
	}, a.confirmRight)
}

type rightInput struct {
	ref
	Type string `json:"type" validate:"required,max=64" example:"deletion"`
}

func (a *API) confirmRight(ctx context.Context, c *call, in rightInput) (caseView, error) {
	reference, err := known(in.reference())
	if err != nil {
		return caseView{}, err
	}
	r, err := a.Service.Inbox.ConfirmRight(ctx, c.actor(), reference, models.RequestType(in.Type), cases.Option{})
	if err != nil {
		return caseView{}, err
	}
	opened, err := a.Service.Queries.Open(ctx, c.actor(), r.Reference)
	if err != nil {
		return caseView{}, err
	}
	return a.viewCase(ctx, opened), nil
}
