package console

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"habeas/fulfilment/certificate"
	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// erasurePage is the erasure of a request in all systems. It is personal: that
// somebody read the previews is recorded before it is shown.
type erasurePage struct {
	Reference string
	Seed      string
	Refused   string
	Faults    map[string]string
	Note      string
	AskedAt   time.Time
	Confirmed time.Time
	ByStaff   bool // who recorded the confirmation
	Cools     time.Time
	Systems   []erasureLine
	Hash      string // of the previews that wait
	Approves  bool
	Waits     string // why the previews cannot be approved
	Confirms  bool   // the viewer may record the confirmation
	Rehearses bool
	Looks     bool
	Certified bool
}

// erasureLine is one system.
type erasureLine struct {
	Task    taskLine
	Summary []string // of the preview or the receipt, in counts
	Backups string
	Records []recordView
}

// erasureRoutes are the page and a form for each command on it.
func (s *Site) erasureRoutes() []Route {
	return []Route{
		{"GET /console/requests/{reference}/erasure", models.MayOpen, s.erasureShow},
		{"POST /console/requests/{reference}/erasure/preview", models.MayTasks, s.erasureCommand(func(*words) workflows.Command { return workflows.PreviewErasure{} })},
		{"POST /console/requests/{reference}/erasure/approve", models.MayTasks, s.erasureCommand(func(t *words) workflows.Command { return workflows.ApproveErasure{Hash: t.form.Get("hash")} })},
		{"POST /console/requests/{reference}/erasure/confirm", models.MayTasks, s.erasureCommand(func(t *words) workflows.Command {
			if t.form.Get("note") == "" {
				t.faults["note"] = "Say how they confirmed it."
			}
			return workflows.ConfirmErasure{Note: t.may("note", longestText)}
		})},
		{"POST /console/requests/{reference}/erasure/look-again", models.MayTasks, s.erasureCommand(func(*words) workflows.Command { return workflows.LookAgain{} })},
		{"GET /console/requests/{reference}/certificate", models.MayOpen, s.certificateShow},
		{"GET /console/requests/{reference}/certificate.txt", models.MayOpen, s.certificateText},
	}
}

func (s *Site) erasureShow(w http.ResponseWriter, r *http.Request) error {
	return s.erasurePage(w, r, http.StatusOK, erasurePage{})
}

// erasurePage draws the page as its forms were filled in.
func (s *Site) erasurePage(w http.ResponseWriter, r *http.Request, status int, p erasurePage) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	found, err := s.Staff.Tasks().Erasure(r.Context(), who(r).Actor(), reference)
	if err != nil {
		return err
	}
	policy, err := s.Staff.PolicyOf(r.Context(), found.Request)
	if err != nil {
		return err
	}
	e := found.Request.Erasure
	p.Reference, p.Seed, p.Hash, p.AskedAt, p.Confirmed, p.ByStaff = found.Request.Reference, pages.NewSeed(), found.Hash, e.AskedAt, e.ConfirmedAt, e.ConfirmedBy == models.ActorStaff
	if e.From.After(s.Now()) {
		p.Cools = e.From
	}
	may := models.Permit(who(r).Role, models.MayTasks)
	allows := func(c workflows.CommandName) bool { return may && found.Given(c).Verdict != workflows.Refused }
	p.Confirms, p.Rehearses, p.Looks = allows(workflows.CommandConfirmErasure), allows(workflows.CommandPreviewErasure) && found.Rehearsable(), allows(workflows.CommandLookAgain)
	p.Certified = workflows.Certified(who(r).Actor(), found.Request)
	if p.Hash != "" && e.Waits(s.Now()) == "" { // else the page says already for whom it waits
		ruling := found.Approvable()
		if p.Approves = may && ruling.Verdict != workflows.Refused; !p.Approves && ruling.Because != nil {
			p.Waits = sentence(ruling.Because.Error())
		}
	}
	for _, one := range found.Systems {
		p.Systems = append(p.Systems, s.erasureLine(policy, found, one))
	}
	return s.show(w, r, status, viewErasure, layout{Title: "Erasure, " + p.Reference, Here: "worklist", Body: p})
}

func (s *Site) erasureLine(policy *policies.Policy, p cases.ErasurePage, one cases.ErasureSystem) erasureLine {
	l := erasureLine{Task: s.taskLine(one.Task, true)}
	for _, known := range p.TaskList.Systems {
		if known.Key == one.Task.System && known.BackupDays > 0 {
			l.Backups = "Backups keep what was erased for " + days(known.BackupDays) + "."
		}
	}
	if one.Receipt != nil {
		l.Summary = receiptLines(*one.Receipt)
	}
	if one.Preview != nil {
		l.Summary = previewLines(*one.Preview)
		for _, row := range one.Preview.Rows {
			l.Records = append(l.Records, rowView(policy, row))
		}
	}
	return l
}

// previewLines count what a preview would do: records deleted, changed and kept,
// and the values kept with why and how long.
func previewLines(p models.Preview) []string {
	counts := map[models.Operation]int{}
	kept := map[string]int{}
	var order []string
	for _, row := range p.Rows {
		counts[row.Operation]++
		for _, f := range row.Fields {
			if f.Kept == nil {
				continue
			}
			why := keptLine(f.Kept.Reason, f.Kept.Citation, f.Kept.Months)
			if kept[why] == 0 {
				order = append(order, why)
			}
			kept[why]++
		}
	}
	lines := []string{count(counts[models.OperationDelete], "record") + " deleted, " + strconv.Itoa(counts[models.OperationUpdate]) + " changed, " + strconv.Itoa(counts[models.OperationKeep]) + " kept as a whole"}
	for _, why := range order {
		lines = append(lines, count(kept[why], "value")+" kept: "+why)
	}
	return lines
}

// receiptLines count what was done.
func receiptLines(r models.Receipt) []string {
	deleted, changed := 0, 0
	for _, t := range r.Tables {
		deleted, changed = deleted+t.Deleted, changed+t.Updated
	}
	lines := []string{count(deleted, "record") + " deleted, " + strconv.Itoa(changed) + " changed"}
	for _, e := range r.Erased {
		lines = append(lines, count(e.Count, "value")+" of "+e.Category+": "+word(verdictWords(), e.Verdict))
	}
	for _, k := range r.Kept {
		lines = append(lines, count(k.Count, "value")+" of "+k.Category+" kept: "+keptLine(k.Reason, k.Citation, k.Months))
	}
	return lines
}

func keptLine(why models.KeptReason, citation string, months int) string {
	line := join(", ", word(keptWords(), why), citation)
	if months > 0 {
		line += ", for " + count(months, "month") + " from the end of the year"
	}
	return line
}

// erasureCommand gives a command on the erasure once, however often its form is
// sent, and leads back to the page.
func (s *Site) erasureCommand(read func(*words) workflows.Command) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error {
		reference, err := referenceOf(r)
		if err != nil {
			return err
		}
		if err := pages.Form(w, r); err != nil {
			return err
		}
		t := &words{r.PostForm, map[string]string{}}
		c := read(t)
		if len(t.faults) > 0 {
			return s.erasurePage(w, r, http.StatusUnprocessableEntity, erasurePage{Faults: t.faults, Note: t.form.Get("note")})
		}
		key := pages.OnceFor(who(r).Staff.ID, r.PostForm.Get("seed"), append([]string{"erasure", string(c.Name()), reference}, content(r.PostForm)...)...)
		_, err = pages.Once(r.Context(), s.Staff, key, func() error {
			_, err := s.Staff.Do(r.Context(), who(r).Actor(), reference, c, pages.Stored(key, pages.Nothing))
			return err
		})
		if e, ok := errors.AsType[*models.Error](err); ok && erasureRefusal(e) != "" {
			return s.erasurePage(w, r, http.StatusConflict, erasurePage{Refused: "Nothing was done: " + erasureRefusal(e), Note: t.form.Get("note")})
		}
		if err != nil {
			return err
		}
		return see(w, "/console/requests/"+reference+"/erasure")
	}
}

// erasureRefusal is why a command on the erasure was refused, in words; "" is a
// fault of another kind.
func erasureRefusal(e *models.Error) string {
	switch e.Code { //nolint:exhaustive // the rest is not about what was asked for
	case models.CodeStale:
		return "the previews have changed since this page was drawn. Read them again."
	case models.CodeConflict:
		return conflictWords(e)
	case models.CodeOtherPerson, models.CodeUnverified, models.CodeForbidden:
		return sentence(e.Message)
	}
	return ""
}

// certificatePage is the certificate of an erasure.
type certificatePage struct {
	Reference string
	certificate.Document
}

func (s *Site) certificateShow(w http.ResponseWriter, r *http.Request) error {
	d, reference, err := s.certificateOf(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, viewCertificate, layout{Title: d.Title + ", " + reference, Here: "worklist", Body: certificatePage{reference, d}})
}

// certificateText hands the certificate out in the language of the request.
func (s *Site) certificateText(w http.ResponseWriter, r *http.Request) error {
	d, reference, err := s.certificateOf(r)
	if err != nil {
		return err
	}
	return pages.Download(w, r, reference+"-certificate.txt", []byte(d.Text()))
}

func (s *Site) certificateOf(r *http.Request) (certificate.Document, string, error) {
	reference, err := referenceOf(r)
	if err != nil {
		return certificate.Document{}, "", err
	}
	c, q, err := s.Staff.CertificateOf(r.Context(), who(r).Actor(), reference)
	if err != nil {
		return certificate.Document{}, "", err
	}
	policy, err := s.Staff.PolicyOf(r.Context(), q)
	if err != nil {
		return certificate.Document{}, "", err
	}
	return certificate.In(q.Locale, c, certificate.WordsFor(policy, q, s.Zone)), q.Reference, nil
}
