package console

import (
	"slices"
	"time"

	"habeas/models"
)

// happening is one line of the log, in words.
type happening struct {
	Text, More, By string
	At             time.Time
}

// past is the story of a request: what moved it, the newest first.
func (d *caseView) past() []happening {
	var all []happening
	for _, e := range d.events {
		if e.Version > 0 && !quiet(e.Kind) {
			all = append(all, d.happened(e))
		}
	}
	slices.Reverse(all)
	return all
}

// log is everything that was recorded, the newest first.
func (d *caseView) log() []happening {
	var all []happening
	for _, e := range slices.Backward(d.events) {
		all = append(all, d.happened(e))
	}
	return all
}

// quiet reports events of the clock, which are no news about the request.
func quiet(k models.EventKind) bool {
	return k == models.EventReminded || k == models.EventReminderSkipped
}

func (d *caseView) happened(e models.Event) happening {
	h := happening{Text: word(eventWords(), e.Kind), By: d.actor(e.Actor), At: e.At}
	c := e.Change
	if e.Kind == models.EventReceived && e.Detail["mail"] != "" {
		h.Text = mailedWords()[senderOf(flagsOf(e))]
		if e.Actor.Kind == models.ActorStaff {
			h.By = "put in by " + h.By
		}
	}
	switch {
	case e.Detail["task"] != "" && e.Kind != models.EventFileAdded:
		h.More = e.Detail["system"] + ": " + word(actionWords(), models.Action(e.Detail["action"]))
	case e.Kind == models.EventAssigned && c.Assignee != nil:
		h.More = "to " + d.ownerWords(*c.Assignee)
	case e.Kind == models.EventVerified && c.Level != nil:
		h.More = word(methodWords(), e.Detail["method"]) + ": " + word(levelWords(), *c.Level)
	case e.Kind == models.EventVerified && c.Authority != nil:
		h.Text, h.More = "Authority verified", word(methodWords(), e.Detail["method"])+": "+word(levelWords(), *c.Authority)
	case e.Kind == models.EventSubmitted:
		h.More = "by " + word(channelWords(), models.Channel(e.Detail["channel"]))
	case e.Kind == models.EventClassified:
		h.More = d.sortedWords(e)
	case c.Deadline != nil && c.Initial == nil:
		h.More = "now due on " + short(c.Deadline.RespondOn)
	case c.Proposal != nil && c.Proposal.Waits():
		h.More = d.proposed(*c.Proposal)
	case c.Outcome != nil && *c.Outcome != "":
		h.More = word(outcomeWords(), *c.Outcome)
		if c.MergedInto != nil && *c.MergedInto != "" {
			h.More = "of " + *c.MergedInto
		}
	case e.Detail["reference"] != "":
		h.More = e.Detail["reference"]
	case e.Detail["template"] != "":
		h.More = word(letterWords(), e.Detail["template"])
	}
	return h
}

// sortedWords say from what to what a request was sorted, and by when it is due
// since.
func (d *caseView) sortedWords(e models.Event) string {
	c := e.Change
	var said []string
	if c.Type != nil {
		f := models.Facts{Type: *c.Type}
		said = append(said, "as "+d.askedName(f.With(models.Change{Rights: c.Rights})))
	}
	if place := e.Detail["place"]; place != "" {
		said = append(said, "place "+place+" (was "+e.Detail["place_was"]+")")
	}
	if c.Deadline != nil {
		said = append(said, "now due on "+short(c.Deadline.RespondOn))
	}
	return join("; ", said...)
}

// mailedWords say what happened when a mail came.
func mailedWords() map[sender]string {
	return map[sender]string{
		senderOther: "Somebody else wrote by mail", senderRequester: "The requester wrote by mail", senderMachine: "An automatic answer came",
	}
}

// flagsOf are the flags of the mail that an event is about.
func flagsOf(e models.Event) []models.MessageFlag {
	var all []models.MessageFlag
	for name, value := range e.Detail {
		if value == "true" {
			all = append(all, models.MessageFlag(name))
		}
	}
	return all
}

func (d *caseView) ownerWords(id string) string {
	if id == "" {
		return "nobody"
	}
	if id == d.team.own {
		return "you"
	}
	return d.team.nameOf(id)
}

// since is what happened after a version, in words: what somebody else did
// while a form was filled in.
func (d *caseView) since(version int, seen string) []string {
	var all []string
	for _, e := range d.events {
		if e.Version > version {
			h := d.happened(e)
			all = append(all, join(" ", h.Text, h.More)+" ("+h.By+")")
		}
	}
	after := seen == ""
	for _, m := range conversation(d.c.Messages) {
		if after {
			from := "Staff wrote to the requester"
			switch {
			case m.Direction == models.Incoming && m.Mail != "":
				from = "A mail came in"
			case m.Direction == models.Incoming:
				from = "The requester wrote"
			}
			all = append(all, from+" ("+d.writer(m)+"); read it below")
		}
		after = after || m.ID == seen
	}
	return all
}
