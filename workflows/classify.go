package workflows

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"habeas/models"
	"habeas/policies"
)

// classify says what a request asks for that came by mail, and where the person
// lives: of one that nobody had sorted yet, or that our rules read wrongly. What
// somebody said on a form is their own word, and stays. Everything that follows
// from it is computed anew from the day of receipt; what was proved stays
// proved. The same again changes nothing.
func (d *decider) classify(c Classify) error {
	// No machine answers a machine because staff sorted its mail.
	s := sorting{d: d, detail: map[string]string{}, quiet: d.Request.Suppressed == models.SuppressedAutomatic || d.exceeds(d.Request.Channel) != nil}
	if err := s.sort(c); err != nil {
		return err
	}
	if err := s.place(c); err != nil || s.change.Empty() {
		return err
	}
	verdict, err := d.gate(Act{Command: CommandClassify, Lowers: s.lowers})
	if err != nil {
		return err
	}
	if verdict == WantsSecond {
		d.proposeType(c)
		return nil
	}
	return s.settle()
}

// proposeType puts a classification by which less would be asked for before
// another person.
func (d *decider) proposeType(c Classify) {
	d.Request.Content = d.from.Content
	d.Request.Classify = &models.Classification{Type: c.Type, Rights: c.Rights, Fields: c.Fields, Country: c.Country, Region: c.Region}
	d.propose(models.Proposal{Type: c.Type, Rights: c.Rights})
}

// reclassify carries out a classification that another person approved, and
// tells the requester what their words are taken for now.
func (d *decider) reclassify(p models.Proposal) error {
	c := d.Request.Classify
	if c == nil {
		return models.Errorf(models.CodeConflict, "what was proposed is gone; send it back")
	}
	d.Request.Classify = nil
	former := d.about()
	s := sorting{d: d, detail: map[string]string{"proposed_by": p.By}, silent: true}
	given := Classify{Type: c.Type, Rights: c.Rights, Fields: c.Fields, Country: c.Country, Region: c.Region}
	if err := s.sort(given); err != nil {
		return err
	}
	if err := s.place(given); err != nil {
		return err
	}
	s.change.State, s.change.Proposal = new(models.StateInProgress), &models.Proposal{}
	if d.Request.Assignee == "" {
		s.change.Assignee = &p.By
	}
	if err := s.settle(); err != nil {
		return err
	}
	d.tell(models.ReclassifiedLetter{About: d.dear(), Former: former.TypeName, Words: d.Request.Details, RespondOn: d.respondOn()})
	return nil
}

// settle records the classification with all that follows from it.
func (s *sorting) settle() error {
	d := s.d
	former := d.respondOn()
	if err := d.computeDates(&s.change); err != nil {
		return err
	}
	if s.opens {
		s.change.State = new(models.StateOpen)
		if !s.quiet {
			s.change.Suppressed = d.written().Suppressed
		}
	}
	d.record(models.EventClassified, s.change, s.detail)
	s.expires()
	if !s.silent {
		s.tell(former)
	}
	if d.respondOn() != former {
		d.scheduleReminder()
	}
	return nil
}

// sorting gathers what a classification changes. Its detail says from what to
// what: the facts of an event hold only what came of it.
type sorting struct {
	d      *decider
	change models.Change
	detail map[string]string
	opens  bool // for want of anything to be proved
	lowers bool // less is asked for than before
	silent bool // the letter of the approval says it all
	quiet  bool // nothing is mailed to the requester
}

// sort takes what is asked for.
func (s *sorting) sort(c Classify) error {
	d := s.d
	if c.Type == "" {
		return s.unsaid(c)
	}
	t, err := d.wanted(c.Type, c.Rights, d.Request.Mail)
	switch {
	case err != nil:
		return err
	case t.Unsorted:
		return UnknownType()
	}
	known, err := d.kind()
	if err != nil {
		return err
	}
	same := c.Type == d.Request.Type && slices.Equal(c.Rights, d.Request.Rights)
	if same && len(c.Fields) == 0 {
		return nil
	}
	parsed, err := t.Parse(fieldsOf(c.Rights, c.Fields), d.Request.Details, d.today())
	if err != nil || same && d.says(parsed) {
		return err
	}
	s.change.Type, s.change.DataClass, s.change.Items = &c.Type, &parsed.Class, &parsed.Items
	if len(c.Rights)+len(d.Request.Rights) > 0 {
		s.change.Rights = &c.Rights
	}
	s.opens = d.Request.State == models.StateUnverified && t.Level(parsed.Class) == models.LevelNone
	s.lowers = !known.Unsorted && (lessThan(t, d.Request, c, parsed) || !t.Level(parsed.Class).Covers(known.Level(d.Request.DataClass)))
	s.detail["type_was"], s.detail["type"] = RightsKey(d.Request.Type, d.Request.Rights), RightsKey(c.Type, c.Rights)
	d.Request.Fields, d.Request.ItemTexts = parsed.Fields, parsed.Texts
	return nil
}

// unsaid leaves the type, where there is something else to say.
func (s *sorting) unsaid(c Classify) error {
	if c.Country == nil && c.Region == nil || len(c.Rights)+len(c.Fields) > 0 {
		return required("type", "")
	}
	return nil
}

// says reports whether the request has these answers to the questions of its
// type already.
func (d *decider) says(p policies.Parsed) bool {
	q := d.Request
	return bytes.Equal(answers(p), answers(policies.Parsed{Class: q.DataClass, Fields: q.Fields, Items: q.Facts.Items, Texts: q.ItemTexts}))
}

// answers writes them as they are stored, where none are as good as an empty list.
func answers(p policies.Parsed) []byte {
	b, _ := json.Marshal(struct { // of what came as JSON
		Class  string
		Fields map[string]any       `json:",omitempty"`
		Items  []models.ItemFacts   `json:",omitempty"`
		Texts  []models.ItemContent `json:",omitempty"`
	}(p))
	return b
}

// place takes where the person lives.
func (s *sorting) place(c Classify) error {
	d := s.d
	country, region := d.Request.Country, ""
	switch {
	case c.Country == nil && c.Region == nil:
		return nil
	case c.Country != nil:
		country = *c.Country
	}
	if c.Region != nil {
		region = *c.Region
	}
	country, region, err := policies.Place(country, region)
	if err != nil {
		return err
	}
	was, now := placeKey(d.Request.Country, d.Request.Region), placeKey(country, region)
	if was == now {
		return nil
	}
	s.change.Country, s.change.Region = &country, &region
	s.detail["place_was"], s.detail["place"] = was, now
	d.Request.Person.Country, d.Request.Person.Region = country, region
	return nil
}

// expires adds the job that ends an unverified request when the law, or the
// rule, under which it now stands says so.
func (s *sorting) expires() {
	if s.d.Request.State == models.StateUnverified && s.d.Request.Mailbox() != "" {
		end := s.d.rules.expiry(s.d.Request.Facts, s.d.Request.AwaitedSince())
		s.d.job(models.JobExpire, end.At.Format(time.RFC3339), end.At)
	}
}

// computeDates adds to a change the dates that follow from it, and, where one is
// another, that nobody was reminded of it. An extension that was announced counts
// from the new first date.
func (d *decider) computeDates(change *models.Change) error {
	facts := d.Request.With(*change)
	deadline, err := d.rules.Deadline(d.rules.CaseOf(facts), d.rules.Zone)
	if err != nil {
		return err
	}
	change.Deadline = &deadline
	if deadline.RespondOn != d.respondOn() {
		change.Reminded = new([]string(nil))
	}
	if !facts.Extended {
		return nil
	}
	facts.Extended = false
	first, err := d.rules.Deadline(d.rules.CaseOf(facts), d.rules.Zone)
	change.ExtendedFrom = &first.RespondOn
	return err
}

// lessThan reports whether a classification leaves out something that the
// request asks for: a right, or one of the things that are decided one by one.
// Of a choice that is left empty, everything is asked for.
func lessThan(t *policies.Type, r models.Request, c Classify, p policies.Parsed) bool {
	now := models.Facts{Type: c.Type, Rights: c.Rights}
	if !now.AsksForAll(r.Facts) {
		return true
	}
	before, after := chosen(t, r.Facts.Items), chosen(t, p.Items)
	return len(after) > 0 && (len(before) == 0 || len(after) < len(before)) || listed(t, p.Items) < listed(t, r.Facts.Items)
}

// chosen are the items that are choices of a type, and listed how many of the
// others there are.
func chosen(t *policies.Type, items []models.ItemFacts) []models.ItemFacts {
	return slices.DeleteFunc(slices.Clone(items), func(i models.ItemFacts) bool {
		field, ok := t.Field(i.Kind)
		return i.Kind == models.ItemRights || !ok || field.Kind != policies.KindChoices
	})
}

func listed(t *policies.Type, items []models.ItemFacts) int {
	rights := slices.DeleteFunc(slices.Clone(items), func(i models.ItemFacts) bool { return i.Kind != models.ItemRights })
	return len(items) - len(chosen(t, items)) - len(rights)
}

// tell tells both sides that the request is a case, where it becomes one, and a
// requester who knows of another date of the one that holds now. Whoever has
// yet to prove the mailbox reads it in the receipt.
func (s *sorting) tell(former models.Date) {
	d := s.d
	switch {
	case s.opens && s.quiet:
		d.announce()
	case s.opens:
		d.opened()
	case s.quiet || d.Request.Suppressed != "" || d.Request.State == models.StateUnverified || d.respondOn() == former:
	default:
		d.tellMailbox(models.NewDateLetter{
			About: d.dear(), ReceivedOn: d.Request.ReceivedOn, FormerOn: former, RespondOn: d.respondOn(), Regimes: d.lawNames(),
		})
	}
}

// placeKey names a place as one code: "US-CA".
func placeKey(country, region string) string {
	// What was filed before places were cleaned may be in small letters.
	if c, r, err := policies.Place(country, region); err == nil {
		country, region = c, r
	}
	if country == "" {
		return "unknown"
	}
	return strings.TrimSuffix(country+"-"+region, "-")
}

// RightsKey names what is asked for as one code: "access+deletion".
func RightsKey(main models.RequestType, rights []models.RequestType) string {
	if len(rights) == 0 {
		return string(main)
	}
	var keys []string
	for _, t := range rights {
		keys = append(keys, string(t))
	}
	return strings.Join(keys, "+")
}
