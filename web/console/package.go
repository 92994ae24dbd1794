package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"habeas/fulfilment/accesspackage"
	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Packages makes the copy of their data that a person gets. See
// accesspackage.Maker.
type Packages interface {
	Gather(ctx context.Context, by models.Actor, reference string) (cases.Gathered, []accesspackage.Item, error)
	Make(ctx context.Context, by models.Actor, reference string, review accesspackage.Review, o cases.Option) (models.File, error)
}

// packagePage is what an access package would hold, for review. It is personal:
// that somebody looked is recorded before it is shown.
type packagePage struct {
	Reference string
	Seed      string
	Items     []packageItem
	Reasons   []option
	Words     string // to black out, one a line
	Waits     []string
	Makes     bool // the viewer may make it, and every system has answered
	Faults    map[string]string
	Refused   string
	// Out says what became of the package that went out; "" where none did.
	Out             string
	Voids, Reissues bool     // the viewer may
	Tables          []option // that may be left out as a whole
	Files           []option // of the request, that may go along
}

type packageItem struct {
	ID     string
	Record recordView
	Left   bool // it is withheld
	Others []packageField
}

// packageField is a field that may be about somebody else.
type packageField struct {
	Name, Value string
	Included    bool
}

// of is the value in the form that lets the field in.
func (f packageField) of(item string) string { return item + "\n" + f.Name }

func (s *Site) packageShow(w http.ResponseWriter, r *http.Request) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	return s.packagePage(w, r, http.StatusOK, reference, packagePage{})
}

// packagePage draws the review as it was filled in.
func (s *Site) packagePage(w http.ResponseWriter, r *http.Request, status int, reference string, p packagePage) error {
	g, items, err := s.Packages.Gather(r.Context(), who(r).Actor(), reference)
	if err != nil {
		return err
	}
	policy, err := s.Staff.PolicyOf(r.Context(), g.Request)
	if err != nil {
		return err
	}
	p.Reference, p.Seed, p.Waits = g.Request.Reference, pages.NewSeed(), g.Waits
	p.Makes = g.Whole() == nil && g.Makes
	p.Words = r.PostForm.Get("words")
	if out := g.Request.Package; out.File != "" {
		p.Out = s.outLine(out)
		p.Voids = out.Void == "" && models.Permit(who(r).Role, models.MayDecide)
		p.Reissues = p.Voids && g.Request.State == models.StateClosed
	}
	if p.Makes {
		if p.Files, err = s.packageFiles(r, g.Request); err != nil {
			return err
		}
	}
	for _, one := range g.Reasons {
		p.Reasons = append(p.Reasons, option{one.Code, one.Title + " (" + one.Citation + ")", r.PostForm.Get("reason") == one.Code})
	}
	for _, i := range items {
		p.Items = append(p.Items, packageLine(policy, i, r.PostForm))
		table := option{i.System + "\n" + i.Table, i.SystemName + ": " + i.Table, false}
		table.Chosen = slices.Contains(ticked(r.PostForm, "table"), table.Value)
		if !slices.Contains(p.Tables, table) {
			p.Tables = append(p.Tables, table)
		}
	}
	return s.show(w, r, status, viewPackage, layout{Title: "Access package, " + p.Reference, Here: "worklist", Body: p})
}

// packageFiles are the files of a request that may go along as they are.
func (s *Site) packageFiles(r *http.Request, q models.Request) ([]option, error) {
	files, err := s.Staff.Files(r.Context(), who(r).Actor(), q)
	var all []option
	for _, f := range files {
		if !f.Package() && !f.Former(q) && f.Author.Kind != models.ActorSubject {
			all = append(all, option{f.ID, f.Name, slices.Contains(r.PostForm["file"], f.ID)})
		}
	}
	return all, err
}

func packageLine(policy *policies.Policy, i accesspackage.Item, form url.Values) packageItem {
	v := packageItem{ID: i.ID, Record: recordView{Title: i.SystemName + ": " + recordTitle(i.Table, i.Key), Other: i.Boundary}, Left: slices.Contains(form["withhold"], i.ID)}
	for _, f := range i.Fields {
		one := fieldView{Name: f.Name, Before: valueOf(f.Value), Withheld: withheldWords(policy, f.Withheld, f.Categories)}
		if f.Withheld == models.WithheldOther && f.Value != nil {
			other := packageField{Name: f.Name, Value: *f.Value}
			other.Included = slices.Contains(ticked(form, "include"), other.of(i.ID))
			v.Others = append(v.Others, other)
		}
		v.Record.Fields = append(v.Record.Fields, one)
	}
	return v
}

// packageMake makes the package once, however often its form is sent, and leads
// to the files of the request.
func (s *Site) packageMake(w http.ResponseWriter, r *http.Request) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	review, faults := reviewOf(r.PostForm)
	if len(faults) > 0 {
		return s.packagePage(w, r, http.StatusUnprocessableEntity, reference, packagePage{Faults: faults})
	}
	key := pages.OnceFor(who(r).Staff.ID, r.PostForm.Get("seed"), append([]string{"package", reference}, content(r.PostForm)...)...)
	_, err = pages.Once(r.Context(), s.Staff, key, func() error {
		_, err := s.Packages.Make(r.Context(), who(r).Actor(), reference, review, pages.Stored(key, pages.Nothing))
		return err
	})
	e, told := errors.AsType[*models.Error](err)
	switch {
	case told && e.Code == models.CodeInvalid:
		return s.packagePage(w, r, http.StatusUnprocessableEntity, reference, packagePage{Faults: packageFaults(e, review)})
	case told && (e.Code == models.CodeConflict || e.Code == models.CodeTooLarge):
		return s.packagePage(w, r, http.StatusConflict, reference, packagePage{Refused: "Nothing was made. " + sentence(e.Message)})
	}
	if err != nil {
		return err
	}
	return see(w, "/console/requests/"+reference+"?done=attach#files")
}

// reviewOf reads the form. Words are blacked out wherever they are.
func reviewOf(form url.Values) (accesspackage.Review, map[string]string) {
	var review accesspackage.Review
	faults := map[string]string{}
	reason := form.Get("reason")
	review.Files = form["file"]
	for _, table := range ticked(form, "table") {
		system, name, _ := strings.Cut(table, "\n")
		review.Withhold = append(review.Withhold, accesspackage.Withholding{System: system, Table: name, Reason: reason})
	}
	for _, id := range form["withhold"] {
		review.Withhold = append(review.Withhold, accesspackage.Withholding{FieldOf: accesspackage.FieldOf{Item: id}, Reason: reason})
	}
	if len(review.Withhold) > 0 && reason == "" {
		faults["reason"] = "Choose the reason for leaving records out."
	}
	for _, one := range ticked(form, "include") {
		item, field, _ := strings.Cut(one, "\n")
		review.Include = append(review.Include, accesspackage.FieldOf{Item: item, Field: field})
	}
	for line := range strings.Lines(pages.Clean(form.Get("words"), true)) {
		if word := strings.TrimSpace(line); word != "" {
			review.Redact = append(review.Redact, accesspackage.Redaction{Text: word})
		}
	}
	return review, faults
}

// ticked are the values of boxes, in which a browser sends a line's end as CR LF.
func ticked(form url.Values, name string) (all []string) {
	for _, v := range form[name] {
		all = append(all, strings.ReplaceAll(v, "\r", ""))
	}
	return all
}

// packageFaults says beside the inputs what is wrong with a review.
func packageFaults(e *models.Error, review accesspackage.Review) map[string]string {
	faults := map[string]string{}
	for _, f := range e.Fields {
		switch part, _, _ := strings.Cut(f.Field, "["); part {
		case "redact":
			for i, o := range review.Redact {
				if f.Field == fmt.Sprintf("redact[%d].text", i) {
					faults["words"] = "“" + o.Text + "” is in none of the records."
				}
			}
		case "withhold":
			faults["reason"] = "The reason does not fit this request, or a record has changed since you read it."
		default:
			faults["records"] = "A record has changed since you read it. Look through them again."
		}
	}
	return faults
}

// packageDownload hands an access package out, after recording that it was read.
func (s *Site) packageDownload(w http.ResponseWriter, r *http.Request, q models.Request) error {
	found, err := s.Staff.Package(r.Context(), who(r).Actor(), q, r.PathValue("file"))
	if err != nil {
		return err
	}
	defer found.Close() //nolint:errcheck // it was read
	pages.Stream(w, r, found.File.Name, found.File.ID, found)
	return nil
}

// packageCommand has something done about a package that went out, once.
func (s *Site) packageCommand(c workflows.Command, done string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		reference, err := referenceOf(r)
		if err != nil {
			return err
		}
		if err := pages.Form(w, r); err != nil {
			return err
		}
		key := pages.OnceFor(who(r).Staff.ID, r.PostForm.Get("seed"), string(c.Name()), reference)
		_, err = pages.Once(r.Context(), s.Staff, key, func() error {
			_, err := s.Staff.Do(r.Context(), who(r).Actor(), reference, c, pages.Stored(key, pages.Nothing))
			return err
		})
		if e, told := errors.AsType[*models.Error](err); told && e.Code == models.CodeConflict {
			return s.packagePage(w, r, http.StatusConflict, reference, packagePage{Refused: sentence(e.Message)})
		}
		if err != nil {
			return err
		}
		return see(w, "/console/requests/"+reference+"?done="+done+"#files")
	}
}

// outLine says how a package that went out can be fetched.
func (s *Site) outLine(p models.Package) string {
	switch p.Ended(s.Now()) {
	case models.PackageErased:
		return "It is void, because what it holds was erased."
	case models.PackageVoided:
		return "It is void."
	case models.PackageExpired:
		return "Its time is over."
	case models.PackageSpent:
		return "It was fetched as often as it may be."
	}
	return fmt.Sprintf("The requester can fetch it until %s, %d more times.", p.Until.In(s.Zone).Format("2 January 2006 15:04"), p.Left)
}
