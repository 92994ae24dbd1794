package intake

import (
	"math"
	"slices"

	"habeas/intake/suggest"
	"habeas/models"
)

// reading is what a message says, in the form in which it is stored and shown
// to staff.
func reading(m Mail, e Envelope, c Config) models.MailReading {
	r := models.MailReading{
		From: m.From, Name: m.Name, ReplyTo: m.ReplyTo, Subject: m.Subject, Text: m.Words(), MessageID: m.MessageID,
		AutoSubmitted: m.AutoSubmitted, IsBounce: m.IsBounce, Automatic: automatic(m), HasText: m.HasText,
		Verdict: string(m.Verdict), MixedScript: m.Mixed, Encrypted: m.Encrypted, Unreadable: m.Unreadable, Via: m.Via, Reference: referenceIn(m.Subject),
		Suggestion: suggestion(suggest.Read(m.Subject, m.Words())),
	}
	if r.Text != m.Text {
		r.Quoted = m.Quoted
	}
	if ok, reason := Answerable(m, e, c); !ok {
		r.Suppressed = reason
	}
	for _, a := range m.Attachments {
		r.Attachments = append(r.Attachments, models.MailAttachment{Name: a.Name, Media: a.Media, Taken: a.Taken})
	}
	return r
}

// automatic reports whether nobody wrote the message to us just now: a machine
// did, or it went to many. That it wants no automatic answer says nothing.
func automatic(m Mail) bool {
	return m.IsBounce || m.Away || slices.ContainsFunc(m.SuppressReasons, func(reason string) bool {
		return reason != ReasonSuppress && reason != ReasonNoFrom
	})
}

// suggestion is what the words of a message seem to ask for.
func suggestion(s suggest.Suggestion) models.Suggestion {
	out := models.Suggestion{Jurisdiction: s.Place, PlaceWords: s.PlaceWords, Language: s.Language}
	for _, r := range s.Rights {
		out.Rights = append(out.Rights, models.SuggestedRight{
			Type: r.Type, Confidence: int(math.Round(r.Confidence * 100)), Sure: r.Sure, Sentence: r.Sentence,
		})
	}
	return out
}

// receipt says what was made of a message, as far as that is known.
func receipt(m models.ReceivedMail) Receipt {
	first := m.Reading.Suggestion.First()
	r := Receipt{
		ID: m.ID, Outcome: outcome(m), Reason: m.Reason, References: m.Requests,
		From: m.Reading.From, Subject: m.Reading.Subject, AutoSubmitted: m.Reading.AutoSubmitted, IsBounce: m.Reading.IsBounce,
		HasText: m.Reading.HasText, Attachments: len(m.Reading.Attachments),
		SuggestedType: first.Type, Confidence: float64(first.Confidence) / 100,
		Suppressed: m.Reading.Suppressed,
	}
	if r.From == nil {
		r.From = []string{}
	}
	if len(m.Requests) > 0 {
		r.Reference = m.Requests[0]
	}
	if m.State == models.MailKept {
		r.Reason = ReasonLater
	}
	return r
}

// outcome is what the state of a mail means to who handed it in.
func outcome(m models.ReceivedMail) Outcome {
	switch m.State {
	case models.MailPlaced:
		if m.Threaded {
			return OutcomeThread
		}
		return OutcomeRequest
	case models.MailNoticed:
		return OutcomeNotice
	case models.MailKept, models.MailHeld, models.MailDismissed, models.MailRepeated:
	}
	return OutcomeHeld
}
