package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"habeas/models"
)

// facts are what is not personal about a request.
type facts struct {
	Reference     string             `json:"reference" example:"HB-7K3M-9QXD-2F"`
	Version       int                `json:"version" description:"As in the ETag."`
	Type          string             `json:"type" example:"access"`
	Rights        []string           `json:"rights,omitempty" description:"All that is asked for, where one mail asked for several rights and the policy lets them share a request: type is the first of them, and each is an item."`
	DataClass     string             `json:"data_class,omitempty"`
	Channel       models.Channel     `json:"channel"`
	Country       string             `json:"country,omitempty"`
	Region        string             `json:"region,omitempty"`
	Locale        string             `json:"locale"`
	Capacity      models.Capacity    `json:"capacity" description:"In which role it was filed."`
	Authority     models.Level       `json:"authority,omitempty" description:"How surely whoever files for somebody else may do so."`
	ReceivedAt    time.Time          `json:"received_at"`
	ReceivedOn    models.Date        `json:"received_on" description:"Its day in the organisation's time zone."`
	EnteredAt     time.Time          `json:"entered_at" description:"When it was typed in."`
	Undesignated  bool               `json:"undesignated"`
	State         models.State       `json:"state"`
	Outcome       models.Outcome     `json:"outcome,omitempty"`
	Level         models.Level       `json:"level" description:"How surely the requester is who they say."`
	Assignee      string             `json:"assignee,omitempty" description:"The id of a member of staff."`
	Governing     string             `json:"governing" description:"The regime whose date is the strictest."`
	Regimes       []string           `json:"regimes"`
	AcknowledgeOn models.Date        `json:"acknowledge_on,omitzero"`
	RespondOn     models.Date        `json:"respond_on"`
	RespondBy     time.Time          `json:"respond_by"`
	Extended      bool               `json:"extended"`
	Unreachable   bool               `json:"unreachable" description:"A mail to the requester came back for good, and nothing has shown since that they can be reached."`
	Suppressed    models.Suppression `json:"suppressed,omitempty" description:"Why it was filed without a word to the requester, as long as nobody has written to them."`
	SimilarOpen   int                `json:"similar,omitempty" description:"In lists: how many open requests are of this type and of this mailbox in any spelling, itself included; counted to 501. Not told to roles that may not open requests."`
	Overdue       bool               `json:"overdue"`
	AppealNo      int                `json:"appeal_no,omitempty" description:"1 once the answer was appealed."`
	MergedInto    string             `json:"merged_into,omitempty"`
	Absorbed      []string           `json:"absorbed,omitempty" description:"The duplicates that were merged into it."`
	ClosedAt      time.Time          `json:"closed_at,omitzero"`
}

func viewFacts(r models.Request, now time.Time) facts {
	return facts{
		Reference: r.Reference, Version: r.Version, Type: string(r.Type), Rights: rightsOf(r.Facts), DataClass: r.DataClass, Channel: r.Channel,
		Country: r.Country, Region: r.Region, Locale: r.Locale, Capacity: r.Capacity, Authority: r.Authority,
		ReceivedAt: r.ReceivedAt.UTC(), ReceivedOn: r.ReceivedOn, EnteredAt: r.EnteredAt.UTC(), Undesignated: r.Undesignated,
		State: r.State, Outcome: r.Outcome, Level: r.Level, Assignee: r.Assignee,
		Governing: r.Deadline.Governing, Regimes: listed(r.Deadline.Regimes), AcknowledgeOn: r.Deadline.AcknowledgeOn,
		RespondOn: r.Deadline.RespondOn, RespondBy: r.Deadline.RespondBy.UTC(), Extended: r.Extended, Unreachable: r.Unreachable, Suppressed: r.Suppressed, Overdue: r.Overdue(now),
		AppealNo: r.Appeal.No, MergedInto: r.MergedInto, Absorbed: r.Absorbed, ClosedAt: r.ClosedAt.UTC(),
	}
}

// rightsOf are the rights of a request for several.
func rightsOf(f models.Facts) []string {
	var keys []string
	for _, t := range f.Rights {
		keys = append(keys, string(t))
	}
	return keys
}

type personView struct {
	Name    string `json:"name"`
	Email   string `json:"email,omitempty"`
	Country string `json:"country,omitempty"`
	Region  string `json:"region,omitempty"`
}

type behalfView struct {
	Role      models.Capacity `json:"role"`
	Name      string          `json:"name"`
	Email     string          `json:"email"`
	Authority string          `json:"authority"`
}

// wishes are what the person asked for, in their own words.
type wishes struct {
	Person   personView     `json:"person"`
	OnBehalf *behalfView    `json:"on_behalf,omitempty"`
	Details  string         `json:"details,omitempty"`
	Fields   map[string]any `json:"fields"`
	Items    []itemView     `json:"items" description:"What is decided one by one."`
}

// itemView is one thing that was asked for.
type itemView struct {
	No        int             `json:"no"`
	Kind      string          `json:"kind" description:"The field it came from."`
	Code      string          `json:"code,omitempty" description:"The account field, category or right it is about."`
	Subject   string          `json:"subject,omitempty"`
	Current   string          `json:"current,omitempty"`
	Requested string          `json:"requested,omitempty"`
	Outcome   models.Outcome  `json:"outcome,omitempty"`
	Reasons   []reasonView    `json:"reasons"`
	Systems   []correctedView `json:"systems,omitempty" description:"Of a correction, to staff: what each system had, and which has been corrected."`
}

// correctedView is what one system had for a field that is to be corrected.
type correctedView struct {
	System   string  `json:"system" description:"Its name."`
	Place    string  `json:"place,omitempty" description:"Where in the system."`
	Known    bool    `json:"known" description:"A connector looked: found is what it saw."`
	Found    *string `json:"found"`
	Withheld bool    `json:"withheld,omitempty" description:"What was found is nothing that anybody may see."`
	Done     bool    `json:"done" description:"It was corrected there."`
}

// offeredView is a reason that may be given.
type offeredView struct {
	Code      string `json:"code"`
	Title     string `json:"title"`
	Citation  string `json:"citation"`
	Certainty string `json:"certainty" enum:"verified,secondary,memory,own" description:"How surely its rules are known: the one most in doubt."`
}

// reasonView is why something was refused.
type reasonView struct {
	Code        string `json:"code"`
	Title       string `json:"title"`
	Citation    string `json:"citation"`
	Certainty   string `json:"certainty,omitempty" enum:"verified,secondary,memory,own" description:"How surely its rules are known: the one most in doubt."`
	Explanation string `json:"explanation,omitempty"`
}

func (a *API) viewWishes(ctx context.Context, r models.Request) wishes {
	w := wishes{
		Person:  personView{Name: r.Person.Name, Email: r.Person.Email, Country: r.Person.Country, Region: r.Person.Region},
		Details: r.Details, Fields: r.Fields, Items: []itemView{},
	}
	if w.Fields == nil {
		w.Fields = map[string]any{}
	}
	if b := r.OnBehalf; b != nil {
		w.OnBehalf = &behalfView{Role: b.Role, Name: b.Name, Email: b.Email, Authority: b.Authority}
	}
	for _, item := range r.Items {
		w.Items = append(w.Items, a.viewItem(ctx, r, item))
	}
	return w
}

func (a *API) viewItem(ctx context.Context, r models.Request, item models.ItemFacts) itemView {
	v := itemView{No: item.No, Kind: item.Kind, Code: item.Code, Outcome: item.Outcome}
	words := map[string]string{}
	for _, text := range r.ItemTexts {
		if text.No == item.No {
			v.Subject, v.Current, v.Requested, words = text.Subject, text.Current, text.Requested, text.Explanations
		}
	}
	v.Reasons = a.viewReasons(ctx, r, item.Reasons, words)
	return v
}

// viewReasons fills in title, citation and the words of staff.
func (a *API) viewReasons(ctx context.Context, r models.Request, codes []string, words map[string]string) []reasonView {
	reasons := []reasonView{}
	for _, code := range codes {
		v := reasonView{Code: code, Explanation: words[code]}
		if known, ok := a.Service.Queries.Reason(ctx, r, code); ok {
			v.Title, v.Citation, v.Certainty = known.Title, known.Citation, known.Certainty
		}
		if v.Explanation == "" {
			v.Explanation = r.Answer.Explanations[code]
		}
		reasons = append(reasons, v)
	}
	return reasons
}

// fileView is a file without its bytes.
type fileView struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	MediaType string           `json:"media_type" description:"By its content, not by its name."`
	Size      int64            `json:"size" description:"Bytes."`
	From      models.ActorKind `json:"from"`
	Sender    models.Sender    `json:"sender" enum:"requester,mail,other,staff" description:"mail: in a mail from the address on file. other: in a mail that may be somebody else's, for staff only. Each kind has room of its own."`
	Internal  bool             `json:"internal" description:"Not shown to the requester, unless it is released."`
	Released  bool             `json:"released" description:"It went out with an answer."`
	CreatedAt time.Time        `json:"created_at"`
}

func (f fileView) header(c *call) {
	c.Response().Header().Set("Location", c.Request().URL.Path+"/"+f.ID)
}

type fileList struct {
	Items []fileView `json:"items"`
}

func viewFile(r models.Request, f models.File) fileView {
	return fileView{
		ID: f.ID, Name: f.Name, MediaType: f.MediaType, Size: f.Size, From: f.Author.Kind, Sender: f.Sender(), Internal: f.Internal,
		Released: slices.Contains(r.Released, f.ID), CreatedAt: f.CreatedAt.UTC(),
	}
}

func viewFiles(r models.Request, files []models.File) fileList {
	list := fileList{Items: []fileView{}}
	for _, f := range files {
		list.Items = append(list.Items, viewFile(r, f))
	}
	return list
}

// listed is a list that is never null.
func listed[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// etag is a version as HTTP writes it.
func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// ifMatch reads If-Match: 0 for none or *, the version otherwise. A weak or
// foreign tag matches no version.
func ifMatch(c *call) (int, error) {
	tags := c.Request().Header.Values("If-Match")
	if len(tags) == 0 || len(tags) == 1 && tags[0] == "*" {
		return 0, nil
	}
	inner := ""
	if n := len(tags[0]); len(tags) == 1 && n > 2 && tags[0][0] == '"' && tags[0][n-1] == '"' {
		inner = tags[0][1 : n-1]
	}
	version, err := strconv.Atoi(inner)
	if err != nil || version < 1 {
		return 0, models.Errorf(models.CodeStale, "If-Match takes one ETag as it was given with the request")
	}
	return version, nil
}
