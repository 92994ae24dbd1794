package api

import (
	"context"
	"net/http"

	"habeas/fulfilment/accesspackage"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Packages makes the copy of their data that a person gets. See
// accesspackage.Maker.
type Packages interface {
	Gather(ctx context.Context, by models.Actor, reference string) (cases.Gathered, []accesspackage.Item, error)
	Make(ctx context.Context, by models.Actor, reference string, review accesspackage.Review, o cases.Option) (models.File, error)
}

func (a *API) packages() []endpoint {
	return []endpoint{
		handle(Route{
			Method: http.MethodGet, Path: "/v1/admin/requests/:reference/package", ID: "getPackage", Access: staff(models.MayOpen), Status: 200, Tag: tagTasks, long: true,
			Summary: "What an access package would hold",
			Description: "Every record that the systems found, as it would go out, and the reasons for which something may be left out. What nobody may disclose is withheld already. " +
				"waits_for names the systems that have not been looked through yet: until then no package is made. That it was read, and by whom, is recorded for each system.",
		}, a.gather),
		handle(Route{
			Method: http.MethodPost, Path: "/v1/admin/requests/:reference/package", ID: "makePackage", Access: staff(models.MayAttach), Status: 201, Tag: tagTasks, long: true,
			Summary: "Make the access package",
			Description: "One ZIP with a page to read (index.html), the same as data (data.json) and a CSV for each table, in the requester's language. It is an internal file of the request; " +
				"name it in the decision, and it goes out with the answer. What the review says nothing of goes along, but for values that may be about somebody else, which include lets in.",
			once: same, optional: true, example: packageInput{
				Withhold: []withholdInput{{Item: "shop/note/2", Reason: "others_rights"}},
				Redact:   []redactInput{{Item: "shop/note/1", Field: "text", Text: "Robin Example"}},
			},
		}, a.makePackage),
		handle(Route{
			Method: http.MethodGet, Path: "/v1/requests/:reference/package", ID: "fetchPackage", Access: Session, Status: 200, Tag: tagSubject,
			Summary: "Fetch the access package", Description: "The ZIP that went out with the answer, while a code was typed in the last 15 minutes (403 otherwise: ask for a fresh one). " +
				"It is counted once it is whole, and can be fetched as often and as long as package of the request says (409 after that). Ranges are answered, for a line that broke.", produces: []string{anyMedia}, long: true, ranged: true,
		}, a.ownPackage),
		packageCommand(a, "void", "voidPackage", "Void the access package", "The requester cannot fetch it any more, for good. What was fetched is with them.", workflows.VoidPackage{Why: models.PackageVoided}),
		packageCommand(a, "reissue", "reissuePackage", "Issue the access package again", "Its time and its count begin anew, and the requester is told. One that is void needs a new package.", workflows.ReissuePackage{}),
	}
}

// packageCommand is the endpoint of a command about a package that went out. It
// answers with its terms as they then are.
func packageCommand(a *API, word, id, summary, description string, command workflows.Command) endpoint {
	return handle(Route{
		Method: http.MethodPost, Path: "/v1/admin/requests/:reference/package/" + word, ID: id, Access: staff(models.MayDecide), Status: 200, Tag: tagTasks,
		Summary: summary, Description: description, once: asIsAt, optional: true,
	}, func(ctx context.Context, c *call, in erasureInput) (models.Package, error) {
		reference, err := known(in.Reference)
		if err != nil {
			return models.Package{}, err
		}
		if !c.repeated {
			if _, err := a.Service.Cases.Do(ctx, c.actor(), reference, command, c.option(http.StatusOK, blank)); err != nil {
				return models.Package{}, err
			}
		}
		r, err := a.Service.Queries.FactsOf(ctx, reference)
		return r.Package, err
	})
}

type (
	packageInput struct {
		referenceInput
		Withhold []withholdInput `json:"withhold,omitempty" validate:"max=1000,dive" description:"Items or single fields that are left out, each for a reason of the policy."`
		Include  []fieldInput    `json:"include,omitempty" validate:"max=1000,dive" description:"Fields that were taken to be about somebody else, and are the person's."`
		Files    []string        `json:"files,omitempty" validate:"max=200,dive,max=64" description:"The ids of files of the request that go along as they are, such as what the owner of a system exported."`
		Redact   []redactInput   `json:"redact,omitempty" validate:"max=1000,dive" description:"Words about somebody else: they are blacked out wherever they are in a field, in capitals or not."`
	}
	fieldInput struct {
		Item  string `json:"item" validate:"required,max=400" description:"As getPackage names it."`
		Field string `json:"field" validate:"required,max=200" description:"Its name."`
	}
	withholdInput struct {
		Item     string `json:"item,omitempty" validate:"max=400" description:"As getPackage names it; none is everything of system, table and category."`
		Field    string `json:"field,omitempty" validate:"excluded_without=Item,max=200" description:"Its name; none is the whole item."`
		System   string `json:"system,omitempty" validate:"excluded_with=Item,max=100" description:"In bulk: every record of this system."`
		Table    string `json:"table,omitempty" validate:"excluded_with=Item,max=200" description:"In bulk: every record of this table."`
		Category string `json:"category,omitempty" validate:"excluded_with=Item,max=200" description:"In bulk: every value of this data category, and of those below it."`
		Reason   string `json:"reason" validate:"required,max=100" description:"The code of one of the reasons that getPackage lists."`
	}
	redactInput struct {
		Item  string `json:"item,omitempty" validate:"max=400" description:"As getPackage names it; none is all."`
		Field string `json:"field,omitempty" validate:"required_with=Item,max=200" description:"Its name."`
		Text  string `json:"text" validate:"required,max=10000"`
	}

	packageView struct {
		Items    []packageItem   `json:"items"`
		Reasons  []models.Reason `json:"reasons"`
		WaitsFor []string        `json:"waits_for,omitempty"`
	}
	packageItem struct {
		ID           string         `json:"id"`
		System       string         `json:"system"`
		Table        string         `json:"table"`
		SomebodyElse bool           `json:"somebody_else,omitempty" description:"It names somebody else, and is shown for context."`
		Key          []models.Field `json:"key,omitempty"`
		Fields       []models.Field `json:"fields"`
	}
)

func (in packageInput) review() accesspackage.Review {
	r := accesspackage.Review{Files: in.Files}
	for _, o := range in.Withhold {
		r.Withhold = append(r.Withhold, accesspackage.Withholding{
			FieldOf: accesspackage.FieldOf{Item: o.Item, Field: o.Field}, System: o.System, Table: o.Table, Category: o.Category, Reason: o.Reason,
		})
	}
	for _, o := range in.Include {
		r.Include = append(r.Include, accesspackage.FieldOf(o))
	}
	for _, o := range in.Redact {
		r.Redact = append(r.Redact, accesspackage.Redaction{FieldOf: accesspackage.FieldOf{Item: o.Item, Field: o.Field}, Text: o.Text})
	}
	return r
}

func (a *API) gather(ctx context.Context, c *call, in referenceInput) (packageView, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return packageView{}, err
	}
	g, items, err := a.Packages.Gather(ctx, c.actor(), reference)
	v := packageView{Items: []packageItem{}, Reasons: append([]models.Reason{}, g.Reasons...), WaitsFor: g.Waits}
	for _, i := range items {
		v.Items = append(v.Items, packageItem{ID: i.ID, System: i.System, Table: i.Table, SomebodyElse: i.Boundary, Key: i.Key, Fields: i.Fields})
	}
	return v, err
}

func (a *API) makePackage(ctx context.Context, c *call, in packageInput) (fileView, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return fileView{}, err
	}
	f, err := a.Packages.Make(ctx, c.actor(), reference, in.review(), c.option(http.StatusCreated, viewAdded))
	return viewFile(models.Request{}, f), err
}
