package workflows_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/internal/testbed/property"
	"habeas/models"
	"habeas/workflows"
)

// placed says where the person lives, and nothing of what is asked for.
func placed(country, region string) workflows.Classify {
	return workflows.Classify{Country: &country, Region: &region}
}

// mailedFrom is a request by mail for one right, of a person who seems to live there.
func mailedFrom(t testing.TB, kind models.RequestType, country, region string) *life {
	t.Helper()
	l := &life{t: t, rules: rules(t), now: noon, keys: map[string]bool{}}
	c := submission(kind)
	c.Channel, c.Mail, c.Fields, c.Details, c.ReceivedAt = models.ChannelEmail, "m1", nil, "Please.", noon
	c.Person.Country, c.Person.Region = country, region
	l.must(robot, c)
	return l
}

// A mail that names no place is under the promise of the house until staff
// know better; then everything is as if the mail had named it.
func TestStaffSayWhereTheSenderOfAMailLives(t *testing.T) {
	t.Parallel()
	l := mailedFrom(t, models.TypeUnsorted, "", "")
	l.wants("laws", l.r.Deadline.Regimes, "[house]")
	l.must(alice, placed("us", "us-ca"))
	want := mailedFrom(t, models.TypeUnsorted, "US", "CA")
	l.wants("deadline", l.r.Deadline, want.r.Deadline)
	l.wants("laws", slices.Contains(l.r.Deadline.Regimes, "us-ca-ccpa"), true)
	l.wants("type", l.r.Type, models.TypeUnsorted)
	l.wants("facts", l.r.Country+"-"+l.r.Region, "US-CA")
	l.wants("person", l.r.Person.Country+"-"+l.r.Person.Region, "US-CA")
	l.wants("received", l.r.ReceivedAt, noon)
	e := l.last.Events[0]
	l.wants("event", e.Kind, models.EventClassified)
	l.wants("from what to what", e.Detail, "map[place:US-CA place_was:unknown]")
	l.wants("expiry", l.last.Jobs[0].Kind, models.JobExpire) // the law has a time of its own for that
	l.wants("reminder", l.last.Jobs[1].Subject[:10], l.r.Deadline.RespondOn)
	replayed(t, l)

	before := l.r.Version
	l.must(alice, placed("US", "CA"))
	l.wants("version after the same again", l.r.Version, before)
	l.wants("events after the same again", len(l.last.Events), 0)
	l.must(alice, workflows.Classify{Type: models.TypeAccess, Country: new("DE")})
	l.wants("from what to what", l.last.Events[0].Detail, "map[place:DE place_was:US-CA type:access type_was:unsorted]")
	l.wants("deadline", l.r.Deadline, mailedFrom(t, models.TypeAccess, "DE", "").r.Deadline)
	l.must(alice, workflows.Classify{Type: models.TypeAccess, Country: new("")})
	l.wants("laws where nobody knows", l.r.Deadline.Regimes, "[house]")
	l.wants("from what to what", l.last.Events[0].Detail, "map[place:unknown place_was:DE]")
	replayed(t, l)
}

// A region goes with its country: another country has none, unless it is given.
func TestARegionGoesWithItsCountry(t *testing.T) {
	t.Parallel()
	l := mailedFrom(t, models.TypeAccess, "US", "CA")
	l.must(alice, workflows.Classify{Region: new("UT")})
	l.wants("place", l.r.Country+"-"+l.r.Region, "US-UT")
	l.must(alice, workflows.Classify{Country: new("DE")})
	l.wants("place", l.r.Country+"-"+l.r.Region, "DE-")
	version := l.r.Version
	for name, c := range map[string]struct {
		c     workflows.Classify
		field string
	}{
		"no such country":           {placed("Atlantis", ""), "country"},
		"a region of nowhere":       {placed("", "CA"), "region"},
		"a region of no name":       {placed("US", "Calixornia"), "region"},
		"a place for no type":       {workflows.Classify{Type: "holiday", Country: new("DE")}, "type"},
		"nothing at all":            {workflows.Classify{}, "type"},
		"answers to no type":        {workflows.Classify{Fields: map[string]any{"scope": "all"}, Country: new("FR")}, "type"},
		"rights of no type":         {workflows.Classify{Rights: []models.RequestType{models.TypeAccess}, Country: new("FR")}, "type"},
		"a good type, a bad place":  {workflows.Classify{Type: models.TypeDeletion, Country: new("Atlantis")}, "country"},
		"what nobody sorted, there": {workflows.Classify{Type: models.TypeUnsorted, Country: new("FR")}, "type"},
	} {
		err := l.try(alice, c.c)
		e, ok := errors.AsType[*models.Error](err)
		if !ok || e.Code != models.CodeInvalid || len(e.Fields) != 1 || e.Fields[0].Field != c.field {
			t.Errorf("%s: %v, want an invalid %s", name, err, c.field)
		}
	}
	l.wants("version", l.r.Version, version)
}

// The answers to the questions of the type stay what they are when only the
// place is another, and the same answers again are no news.
func TestAnotherPlaceLeavesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	l := mailedFrom(t, models.TypeUnsorted, "", "")
	sorted := workflows.Classify{Type: models.TypeCorrection, Fields: submission(models.TypeCorrection).Fields}
	l.must(alice, sorted)
	items, texts, version := l.r.Facts.Items, l.r.ItemTexts, l.r.Version
	l.must(alice, sorted)
	l.wants("version after the same again", l.r.Version, version)
	for _, c := range []workflows.Classify{placed("DE", ""), {Type: models.TypeCorrection, Country: new("FR")}, {Type: sorted.Type, Fields: sorted.Fields, Country: new("IT")}} {
		l.must(alice, c)
		l.wants("place", l.r.Country, *c.Country)
		l.wants("items", l.r.Facts.Items, items)
		l.wants("words", l.r.ItemTexts, texts)
		l.wants("type said", l.last.Events[0].Detail["type"], "")
	}
	replayed(t, l)

	several := mailed(t, joining(t, both), models.TypeAccess, models.TypeDeletion)
	several.must(alice, placed("DE", ""))
	several.wants("rights", several.r.Rights, "[access deletion]")
	several.wants("items", len(several.r.Facts.Items), 2)
	several.wants("laws", several.r.Deadline.Regimes, "[house eu-gdpr]")
	replayed(t, several)
}

// Before an answer is proposed the place may be corrected; after that the
// answer has to come back first, and an appeal is about what was answered.
func TestThePlaceIsCorrectedBeforeAnythingIsDecided(t *testing.T) {
	t.Parallel()
	may := map[models.State]bool{models.StateUnverified: true, models.StateOpen: true, models.StateInProgress: true, models.StateOnHold: true}
	for _, s := range models.States() {
		l := in(t, s)
		l.r.Mail = "m"
		err := l.try(alice, placed("DE", ""))
		e, refused := errors.AsType[*models.Error](err)
		switch {
		case may[s] && (err != nil || l.r.Country != "DE" || l.r.State != s):
			t.Errorf("%s: %v, %s in %s", s, err, l.r.State, l.r.Country)
		case !may[s] && (!refused || e.Code != models.CodeConflict || len(e.Allowed) == 0):
			t.Errorf("%s: %v", s, err)
		}
	}
	l := in(t, models.StateInReview)
	l.r.Mail = "m"
	l.must(bob, workflows.Return{Reason: "They live in Germany."})
	l.must(alice, placed("DE", ""))
	l.r.Appeal.No = 1
	l.refused(alice, placed("FR", ""), models.CodeConflict)
	l.r.Appeal.No, l.r.Mail = 0, ""
	l.refused(alice, placed("FR", ""), models.CodeConflict) // said on a form
	l.refused(subject, placed("FR", ""), models.CodeForbidden)
	l.refused(robot, placed("FR", ""), models.CodeForbidden)
}

// Who was told a date is told of the one that now holds; who will be told one
// with the receipt, or was told nothing, is not written to for it.
func TestTheRequesterIsToldTheNewDate(t *testing.T) {
	t.Parallel()
	letter := func(l *life) models.NewDateLetter {
		for _, m := range l.last.Messages {
			if n, ok := m.Letter.(models.NewDateLetter); ok && m.Audience == models.ToRequester {
				return n
			}
		}
		return models.NewDateLetter{}
	}
	l := mailedFrom(t, models.TypeAccess, "", "")
	l.must(alice, placed("BR", ""))
	l.wants("unproved", l.templates(), "[]")
	l.must(subject, prove())
	receipt, _ := l.last.Messages[0].Letter.(models.AcknowledgementLetter)
	l.wants("the receipt says", receipt.RespondOn, "2026-12-05")
	l.must(alice, workflows.Start{})
	l.must(alice, placed("", ""))
	l.wants("proved", l.templates(), "[new_date]")
	l.wants("before", letter(l).FormerOn, "2026-12-05")
	l.wants("now", letter(l).RespondOn, "2026-12-20")
	l.wants("greets", letter(l).Name, "Ana Pérez")
	l.wants("laws", len(letter(l).Regimes), 1)
	if _, counted := models.EffectOf[models.MailCounted](l.last); counted {
		t.Error("a letter to a verified mailbox is counted")
	}
	l.must(alice, placed("US", "CA"))
	l.wants("the same date", l.templates(), "[]")
	sorted := mailedFrom(t, models.TypeUnsorted, "US", "CA")
	sorted.must(subject, prove())
	sorted.must(alice, workflows.Classify{Type: models.TypeAccess})
	sorted.wants("another type", sorted.templates(), "[new_date]")

	// Nothing may be proved for an opt-out: its letters go to a mailbox that may be another's.
	l = mailedFrom(t, models.TypeSharingOptOut, "", "")
	l.must(alice, placed("US", "CA"))
	l.wants("unproved, open", l.templates(), "[new_date]")
	l.wants("name", letter(l).Name, "")
	if _, counted := models.EffectOf[models.MailCounted](l.last); !counted {
		t.Error("a letter to a mailbox that nobody proved is not counted")
	}
	quiet := mailedFrom(t, models.TypeSharingOptOut, "", "")
	quiet.r.Suppressed = models.SuppressedAutomatic
	quiet.must(alice, placed("US", "CA"))
	quiet.wants("a machine", quiet.templates(), "[]")
	quiet.wants("reminder", len(quiet.last.Jobs), 1)
}

// No machine answers a machine because staff sorted its mail. Whoever was told
// nothing for another reason is written to, and then was.
func TestSortingAnswersNoMachine(t *testing.T) {
	t.Parallel()
	for why, want := range map[models.Suppression]string{models.SuppressedAutomatic: "[staff_new]", models.SuppressedClient: "[acknowledgement staff_new]"} {
		l := mailedFrom(t, models.TypeUnsorted, "", "")
		l.r.Suppressed = why
		l.must(alice, workflows.Classify{Type: models.TypeSharingOptOut})
		l.wants("state", l.r.State, models.StateOpen)
		l.wants(string(why), l.templates(), want)
		l.wants("told nothing", l.r.Suppressed != "", why == models.SuppressedAutomatic)
	}
}

// An extension that was announced counts under the law of the new place, from
// the first date of that.
func TestAnExtensionGoesAlong(t *testing.T) {
	t.Parallel()
	l := mailedFrom(t, models.TypeAccess, "", "")
	l.must(subject, prove())
	l.refused(alice, workflows.Extend{Reason: "It is much."}, models.CodeConflict) // no law is known that allows it
	l.must(alice, placed("Germany", ""))
	l.must(alice, workflows.Extend{Reason: "It is much."})
	l.must(alice, placed("BR", ""))
	l.wants("first date", l.r.ExtendedFrom, "2026-12-05")
	l.wants("date", l.r.Deadline.RespondOn, "2026-12-05") // Brazil knows no extension
	l.wants("extended", l.r.Extended, true)
	l.must(alice, placed("", ""))
	l.wants("first date", l.r.ExtendedFrom, "2026-12-20")
	replayed(t, l)
}

// Whatever was said before, in the end everything is as if the mail had said
// at once what staff say last.
func TestTheLastWordCounts(t *testing.T) {
	t.Parallel()
	places := [][2]string{{"US", "CA"}, {"US", "UT"}, {"DE", ""}, {"GB", ""}, {"BR", ""}, {"EU", ""}, {"", ""}}
	kinds := []models.RequestType{models.TypeAccess, models.TypeDeletion, models.TypeSharingOptOut, models.TypeQuestion}
	property.Check(t, func(rt *rapid.T) {
		l := mailedFrom(t, models.TypeUnsorted, "", "")
		var kind models.RequestType
		var place [2]string
		for range rapid.IntRange(1, 6).Draw(rt, "times") {
			l.now = l.now.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(rt, "hours")) * time.Hour)
			kind, place = rapid.SampledFrom(kinds).Draw(rt, "type"), rapid.SampledFrom(places).Draw(rt, "place")
			c := placed(place[0], place[1])
			c.Type = kind
			l.must(alice, c)
			version := l.r.Version
			if l.must(alice, c); l.r.Version != version {
				rt.Fatalf("the same again changed something")
			}
		}
		want := mailedFrom(t, kind, place[0], place[1]).r
		if got := l.r; !bytes.Equal(models.CanonicalJSON(got.Deadline), models.CanonicalJSON(want.Deadline)) || got.Country != want.Country || got.Region != want.Region {
			rt.Fatalf("%s in %v: %+v, want %+v", kind, place, got.Deadline, want.Deadline)
		}
		replays(rt, l)
	})
}
