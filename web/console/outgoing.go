package console

import (
	"net/http"

	"habeas/models"
)

// outgoingPage lists our mails by how far they got.
type outgoingPage struct {
	Tabs     []tab
	Delivery models.Delivery
	Mails    []outgoingLine
	After    string
	MayRetry bool
	Files    bool // mails are files in a folder, and may be read here
	Done     string
}

type outgoingLine struct {
	models.OutgoingMail
	What string
	To   string
	Dead bool
}

// deliveries are the states of a mail in the order they matter to staff.
func deliveries() []models.Delivery {
	return []models.Delivery{models.DeliveryFailed, models.DeliveryBounced, models.DeliveryDeferred, models.DeliveryQueued, models.DeliverySent}
}

// outgoing lists our mails, those that went wrong first.
func (s *Site) outgoing(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	counts, err := s.Staff.MailCounts(r.Context(), mostCounted)
	if err != nil {
		return err
	}
	page := outgoingPage{
		Delivery: models.Delivery(q.Get("delivery")), MayRetry: models.Permit(who(r).Role, models.MayRetryJobs),
		Files: s.mayReadFiles(r),
	}
	if _, known := deliveryWords()[page.Delivery]; !known {
		page.Delivery = firstOf(counts)
	}
	page.Done = map[string]string{"retry": "The mail is tried again.", "under-way": "The mail " + underWay}[q.Get("done")]
	for _, d := range deliveries() {
		page.Tabs = append(page.Tabs, tab{word(deliveryTabs(), d), "/console/outgoing?delivery=" + string(d), capped(counts[d]), d == page.Delivery})
	}
	list, next, err := s.Staff.OutgoingMail(r.Context(), page.Delivery, readCursor(sortOutgoing, q.Get("after")), perRegister)
	if err != nil {
		return err
	}
	t, err := s.team(r)
	if err != nil {
		return err
	}
	for _, m := range list {
		page.Mails = append(page.Mails, outgoingLine{m, s.letterName(m.Template), t.toWhom(m), m.JobState == models.JobDead})
	}
	if !next.IsZero() {
		page.After = "/console/outgoing?delivery=" + string(page.Delivery) + "&after=" + writeCursor(sortOutgoing, next)
	}
	return s.show(w, r, http.StatusOK, viewOutgoing, layout{Title: "Outgoing mail", Here: "settings", Body: page})
}

// toWhom says whom a mail is for: one of the staff by name, where the viewer may
// know it, and nobody else.
func (t team) toWhom(m models.OutgoingMail) string {
	for _, p := range t.people {
		if p.ID == m.Staff {
			return "to " + p.Name
		}
	}
	return audienceWords()[m.Audience]
}

// sortOutgoing marks the cursors of the list of outgoing mail.
const sortOutgoing models.Sort = "outgoing"

// firstOf is the first state that mails are in: what went wrong, if anything.
func firstOf(counts map[models.Delivery]int) models.Delivery {
	for _, d := range deliveries() {
		if counts[d] > 0 {
			return d
		}
	}
	return models.DeliverySent
}

func deliveryTabs() map[models.Delivery]string {
	return map[models.Delivery]string{
		models.DeliveryFailed: "Not delivered", models.DeliveryBounced: "Came back", models.DeliveryDeferred: "Tried again",
		models.DeliveryQueued: "On the way", models.DeliverySent: "Sent",
	}
}

func audienceWords() map[models.Audience]string {
	return map[models.Audience]string{models.ToRequester: "to the requester", models.ToStaff: "to staff", models.ToNamed: "to the person named"}
}

// letterName is what a template is about, in words.
func (s *Site) letterName(template string) string { return word(letterWords(), template) }
