package workflows

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"habeas/models"
	"habeas/policies"
)

// classify says what a request asks for that came by mail, and where the person
// lives: of one that nobody had sorted yet, or that our rules read wrongly. What
// somebody said on a form is their own word, and stays. Everything that follows
// from it is reckoned anew from the day of receipt; what was proved stays
// proved. The same again changes nothing.
func (d *decider) classify(c Classify) error {
	switch {
	case d.Request.Mail == "":
		return models.Errorf(models.CodeConflict, "the requester said what they ask for and where they live; only a request that came by mail can be classified")
	case d.Request.Appeal.No > 0:
		return models.Errorf(models.CodeConflict, "an appeal is about the request as it was answered")
	}
	// No machine answers a machine because staff sorted its mail.
	s := sorting{d: d, detail: map[string]string{}, quiet: d.Request.Unsent == models.UnsentAutomatic || d.exceeds(d.Request.Channel) != nil}
	if err := s.sort(c); err != nil {
		return err
	}
	if err := s.place(c); err != nil || s.change.Empty() {
		return err
	}
	former := d.respondOn()
	if err := s.reckon(); err != nil {
		return err
	}
	d.record(models.EventClassified, s.change, s.detail)
	s.tell(former)
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
		return unknownType()
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
	s.detail["type_was"], s.detail["type"] = rightsKey(d.Request.Type, d.Request.Rights), rightsKey(c.Type, c.Rights)
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

// reckon adds the dates that follow, and, where one is another, that nobody was
// reminded of it. An extension that was announced counts from the new first date.
func (s *sorting) reckon() error {
	facts := s.d.Request.With(s.change)
	deadline, err := s.d.rules.Deadline(s.d.rules.caseOf(facts), s.d.rules.Zone)
	if err != nil {
		return err
	}
	s.change.Deadline = &deadline
	if deadline.RespondOn != s.d.respondOn() {
		s.change.Reminded = new([]string(nil))
	}
	if s.opens {
		s.change.State = new(models.StateOpen)
		if !s.quiet {
			s.change.Unsent = s.d.written().Unsent
		}
	}
	if !facts.Extended {
		return nil
	}
	facts.Extended = false
	first, err := s.d.rules.Deadline(s.d.rules.caseOf(facts), s.d.rules.Zone)
	s.change.ExtendedFrom = &first.RespondOn
	return err
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
	case s.quiet || d.Request.Unsent != "" || d.Request.State == models.StateUnverified || d.respondOn() == former:
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

// rightsKey names what is asked for as one code: "access+deletion".
func rightsKey(main models.RequestType, rights []models.RequestType) string {
	if len(rights) == 0 {
		return string(main)
	}
	var keys []string
	for _, t := range rights {
		keys = append(keys, string(t))
	}
	return strings.Join(keys, "+")
}
